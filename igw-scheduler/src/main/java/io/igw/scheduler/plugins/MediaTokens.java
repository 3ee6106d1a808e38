package io.igw.scheduler.plugins;

import io.igw.api.RequestHeaders;
import io.igw.scheduler.MapParameters;
import io.igw.spi.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens stand for an image or a video (prefix-cache.md 5.2), by the parameters {@code
 * image} and {@code video} of {@code token-producer}. Immutable.
 */
public final class MediaTokens {
  /** As with no parameters. */
  public static final MediaTokens DEFAULT = new MediaTokens(new MapParameters(null));

  private static final int MOST = Integer.MAX_VALUE;
  private static final String DURATION = "x-llm-d-video-duration-seconds";
  private static final String RESOLUTION = "x-llm-d-video-resolution";
  private static final String RATE = "x-llm-d-video-fps";

  /** Tokens of any image; -1: they follow its size. */
  private final int imageTokens;

  private final int imageFactor;
  private final long imagePixels;

  /** Tokens of any frame; -1: they follow its size. */
  private final int frameTokens;

  private final int frameFactor;
  private final long framePixels;
  private final double seconds;
  private final int maxVideoTokens;
  private final boolean strided;
  private final int minFrames;
  private final int maxFrames;
  private final double sampleRate;
  private final int temporalPatch;
  private final double sourceRate;
  private final int stride;

  MediaTokens(Parameters estimate) {
    Parameters image = estimate.object("image");
    boolean fixed = second(image, "mode", "dynamic", "static");
    imagePixels = resolution(image);
    imageFactor = image.object("dynamic").integer("factor", 1024, 1, MOST);
    int token = image.integer("staticToken", 1, 0, MOST);
    token = image.object("static").integer("staticToken", token, 0, MOST);
    imageTokens = fixed ? token : -1;

    Parameters video = estimate.object("video");
    framePixels = resolution(video);
    seconds = video.number("defaultDuration", 10, 0, Double.MAX_VALUE);
    maxVideoTokens = video.integer("maxVideoTokens", 0, 0, MOST);
    Parameters perFrame = video.object("tokensPerFrame");
    fixed = second(perFrame, "mode", "dynamic", "static");
    frameFactor = perFrame.object("dynamic").integer("factor", 1024, 1, MOST);
    token = perFrame.object("static").integer("numTokensPerFrame", 1, 0, MOST);
    frameTokens = fixed ? token : -1;

    Parameters frames = video.object("frames");
    strided = second(frames, "mode", "sampled", "strided");
    minFrames = frames.integer("minFrames", 0, 0, MOST);
    maxFrames = frames.integer("maxFrames", 0, 0, MOST);
    if (maxFrames > 0 && maxFrames < minFrames) {
      frames.reject("maxFrames", "at least minFrames, or 0 for no limit");
    }
    Parameters sampled = frames.object("sampled");
    sampleRate = sampled.number("sampleFPS", 2, 0, Double.MAX_VALUE);
    temporalPatch = sampled.integer("temporalPatchSize", 1, 0, MOST);
    Parameters source = frames.object("strided");
    sourceRate = source.number("defaultSourceFPS", 24, 0, Double.MAX_VALUE);
    stride = source.integer("frameStride", 1, 1, MOST);
  }

  private static long resolution(Parameters medium) {
    Parameters resolution = medium.object("defaultResolution");
    long width = resolution.integer("width", 640, 1, MOST);
    return width * resolution.integer("height", 360, 1, MOST);
  }

  private static boolean second(Parameters parameters, String key, String first, String second) {
    return parameters.oneOf(key, first, first, second).equals(second);
  }

  /** Whether the size of an image matters. */
  public boolean readsImageSize() {
    return imageTokens < 0;
  }

  /** Tokens of an image, at least 1; width or height 0: its size is not known. */
  public int image(int width, int height) {
    long pixels = width > 0 && height > 0 ? (long) width * height : imagePixels;
    return bounded(imageTokens < 0 ? pixels / imageFactor : imageTokens);
  }

  /** Tokens of each video of a request, at least 1. */
  public int video(RequestHeaders headers) {
    double length = positive(headers.first(DURATION), seconds);
    long pixels = resolution(headers.first(RESOLUTION), framePixels);
    long perFrame = frameTokens < 0 ? bounded(pixels / frameFactor) : frameTokens;
    long tokens = frames(length, headers) * perFrame;
    return bounded(maxVideoTokens > 0 ? Math.min(tokens, maxVideoTokens) : tokens);
  }

  private long frames(double length, RequestHeaders headers) {
    if (strided) {
      return clamped((int) (length * positive(headers.first(RATE), sourceRate)) / stride);
    }
    long frames = clamped((int) (length * sampleRate));
    return temporalPatch > 1 ? frames / temporalPatch : frames;
  }

  private int clamped(int frames) {
    int enough = Math.max(frames, minFrames);
    return maxFrames > 0 ? Math.min(enough, maxFrames) : enough;
  }

  private static int bounded(long tokens) {
    return (int) Math.max(1, Math.min(MOST, tokens));
  }

  /** The number that a header holds; what is no positive number does not count. */
  private static double positive(@Nullable String text, double otherwise) {
    if (text == null) {
      return otherwise;
    }
    try {
      double value = Double.parseDouble(text);
      return value > 0 && value <= Double.MAX_VALUE ? value : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static long resolution(@Nullable String text, long otherwise) {
    int cross = text == null ? -1 : text.indexOf('x');
    if (text == null || cross < 0) {
      return otherwise;
    }
    try {
      long width = Integer.parseInt(text.substring(0, cross).trim());
      long height = Integer.parseInt(text.substring(cross + 1).trim());
      return width > 0 && height > 0 ? width * height : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}

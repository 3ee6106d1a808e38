package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;

/**
 * Declares the tokenised prompt, which with the estimate back end is there as soon as the body is
 * parsed: four bytes are a token (prefix-cache.md 5.2). Type {@code token-producer}.
 *
 * <p>The sizes of images and videos are checked so that a configuration of the reference loads, and
 * have no effect: media are hashed as they stand in the body. The back ends {@code vllm} and {@code
 * udsTokenizerConfig} are refused by name.
 */
final class TokenProducer implements DataProducer {
  static final String TYPE = "token-producer";
  static final String TOKENIZED_PROMPT = "TokenizedPrompt";

  private static final int MOST = Integer.MAX_VALUE;

  TokenProducer(Parameters parameters, PluginContext context) {
    context.produces(TOKENIZED_PROMPT);
    refuseBackEnds(parameters);
    Parameters estimate = parameters.object("estimate");
    image(estimate.object("image"));
    video(estimate.object("video"));
  }

  private static void refuseBackEnds(Parameters parameters) {
    Parameters vllm = parameters.object("vllm");
    vllm.text("url");
    vllm.text("timeout");
    vllm.text("mmTimeout");
    boolean uds = parameters.object("udsTokenizerConfig").present();
    int backEnds = (parameters.object("estimate").present() ? 1 : 0) + (uds ? 1 : 0);
    if (backEnds + (vllm.present() ? 1 : 0) > 1) {
      parameters.reject(
          "estimate", "only one of 'estimate', 'vllm' and 'udsTokenizerConfig' to be set");
    }
    if (uds) {
      parameters.object("udsTokenizerConfig").text("socketFile");
      parameters.reject("udsTokenizerConfig", absent("udsTokenizerConfig"));
    }
    if (vllm.present()) {
      parameters.reject("vllm", absent("vllm"));
    }
    if (parameters.text("modelName") != null) {
      parameters.reject("modelName", absent("vllm") + "; a model name selects it");
    }
  }

  private static String absent(String backEnd) {
    return "absent, since back end '" + backEnd + "' is not in this build, 'estimate' is";
  }

  private static void image(Parameters image) {
    oneOf(image, "mode", "dynamic", "static");
    resolution(image);
    image.object("dynamic").integer("factor", 1024, 1, MOST);
    image.integer("staticToken", 1, 0, MOST);
    image.object("static").integer("staticToken", 1, 0, MOST);
  }

  private static void video(Parameters video) {
    resolution(video);
    video.number("defaultDuration", 10, 0, Double.MAX_VALUE);
    video.integer("maxVideoTokens", 0, 0, MOST);
    Parameters perFrame = video.object("tokensPerFrame");
    oneOf(perFrame, "mode", "dynamic", "static");
    perFrame.object("dynamic").integer("factor", 1024, 1, MOST);
    perFrame.object("static").integer("numTokensPerFrame", 1, 0, MOST);
    Parameters frames = video.object("frames");
    oneOf(frames, "mode", "sampled", "strided");
    frames.integer("minFrames", 0, 0, MOST);
    frames.integer("maxFrames", 0, 0, MOST);
    Parameters sampled = frames.object("sampled");
    sampled.number("sampleFPS", 2, 0, Double.MAX_VALUE);
    sampled.integer("temporalPatchSize", 1, 0, MOST);
    Parameters strided = frames.object("strided");
    strided.number("defaultSourceFPS", 24, 0, Double.MAX_VALUE);
    strided.integer("frameStride", 1, 1, MOST);
  }

  private static void resolution(Parameters medium) {
    Parameters resolution = medium.object("defaultResolution");
    resolution.integer("width", 640, 1, MOST);
    resolution.integer("height", 360, 1, MOST);
  }

  private static void oneOf(Parameters parameters, String key, String first, String second) {
    String mode = parameters.text(key, first);
    if (!mode.equals(first) && !mode.equals(second)) {
      parameters.reject(key, "'" + first + "' or '" + second + "'");
    }
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {}
}

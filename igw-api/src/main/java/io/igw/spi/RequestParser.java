package io.igw.spi;

import io.igw.api.Prompt;
import io.igw.api.RequestHeaders;
import io.igw.api.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads requests and responses of one API, streaming, without materialising the body. */
public interface RequestParser extends Plugin {
  /**
   * Path suffixes that this parser claims, without slashes at the ends; empty: it takes what no
   * other parser claims.
   */
  List<String> pathSuffixes();

  /**
   * Starts reading one request. {@code path} has no query; it is empty if the gateway tells none:
   * the API then shows in the body's shape.
   */
  RequestBody request(String path, RequestHeaders headers);

  /** Starts reading one response. {@code contentType} is null if the server sent none. */
  ResponseBody response(@Nullable String contentType);

  /** One request body. One thread. */
  interface RequestBody {
    /** The next bytes; the array is only read during the call. */
    void feed(byte[] source, int offset, int length);

    /** The body has ended: what was found. */
    Parsed finish();

    /** Told before the first byte: a body with more levels of nesting is an error, 1 to 64. */
    default void limitDepth(int levels) {}
  }

  /** One response body. One thread. */
  interface ResponseBody {
    /** The next bytes; the array is only read during the call. */
    void feed(byte[] source, int offset, int length);

    /** Token counts found so far; final after the last byte. */
    Usage usage();

    /**
     * Events of a stream so far, without the one that only says that it is over: about as many as
     * tokens were generated. -1 if the response is no stream of events.
     */
    default long events() {
      return -1;
    }

    /** Told before the first byte: a stream of events with a longer line is given up, 1 or more. */
    default void limitLine(int bytes) {}

    /** Which limit the response broke: its usage is unknown then, and no more is read. */
    default @Nullable String brokenLimit() {
      return null;
    }
  }

  /** What a request body says. Valid until the outcome of the pick is delivered. */
  interface Parsed {
    /**
     * What is wrong with the body, null if nothing; then the other values mean nothing. Never holds
     * text of the prompt.
     */
    @Nullable String error();

    /** Which limit an erroneous body broke, null if none. */
    default @Nullable String errorLimit() {
      return null;
    }

    /** The model, null if absent or not a string. */
    @Nullable String model();

    /** Whether a missing model is an error, and whether a rewrite of the model is possible. */
    boolean modelRequired();

    /**
     * Whether a model answers, named or not: a rewrite that matches then has to be possible, else
     * the request is refused.
     */
    default boolean usesModel() {
      return modelRequired() || model() != null;
    }

    /**
     * Offset in the body of what a rewrite replaces: the value of the model's field, of whatever
     * kind, its quotes included; -1 if there is no such field.
     */
    long modelStart();

    /** Offset just behind it, -1 if there is none. */
    long modelEnd();

    /** Whether the client wants a streamed response. */
    boolean stream();

    /** The client's limit on generated tokens, -1 if there is none. */
    int maxOutputTokens();

    /** The prompt, chained from the given target model and the body's own cache salt. */
    Prompt prompt(String targetModel);
  }
}

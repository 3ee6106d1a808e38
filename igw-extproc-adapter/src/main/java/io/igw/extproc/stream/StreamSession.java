package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.igw.api.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * A handler's side of one stream. Order: {@link #requestHeaders}, any number of {@link
 * #requestBody}, {@link #endRequest}, then the response alike; the response may begin before the
 * request has ended; {@link #close} or {@link #detach} comes last, exactly once.
 *
 * <p><b>Threading.</b> Confined to the stream's event loop. No call blocks.
 */
public interface StreamSession {
  /** Answers at once and changes nothing. */
  StreamSession PASSIVE =
      new StreamSession() {
        @Override
        public void requestHeaders(HeaderList headers, Metadata metadata) {}

        @Override
        public @Nullable Rejection requestBody(ByteString piece) {
          return null;
        }

        @Override
        public void requestMetadata(Metadata metadata) {}

        @Override
        public void endRequest(Verdict verdict) {
          verdict.go(RequestEdits.NONE);
        }

        @Override
        public @Nullable HeaderMutation responseHeaders(HeaderList headers, Metadata metadata) {
          return null;
        }

        @Override
        public boolean wantsResponseBody() {
          return false;
        }

        @Override
        public void responseBody(ByteString piece) {}

        @Override
        public @Nullable Struct endResponse() {
          return null;
        }

        @Override
        public void detach() {}

        @Override
        public void close() {}
      };

  /** The request's headers with the metadata that came along. */
  void requestHeaders(HeaderList headers, Metadata metadata);

  /** Whether the request's body is needed, if it has one; after {@link #requestHeaders}. */
  default boolean needsRequestBody() {
    return true;
  }

  /** Whether the response's body will be needed; after {@link #requestHeaders}. */
  default boolean needsResponseBody() {
    return true;
  }

  /**
   * The next bytes of the request body.
   *
   * @return null, or why the request is refused already: {@link #endRequest} will not be called
   */
  @Nullable Rejection requestBody(ByteString piece);

  /** Metadata that came with the end of the body; called only if there is some. */
  void requestMetadata(Metadata metadata);

  /** The request is complete, or will be decided on without its body. */
  void endRequest(Verdict verdict);

  /** The data plane sends no response body: comes before {@link #responseHeaders}. */
  default void withoutResponseBody() {}

  /** The response's headers; returns what to change on them, null for nothing. */
  @Nullable HeaderMutation responseHeaders(HeaderList headers, Metadata metadata);

  /** Whether {@link #responseBody} has to be called. */
  boolean wantsResponseBody();

  /** The next bytes of the response body. */
  void responseBody(ByteString piece);

  /**
   * Whether bytes of the response body change: then {@link #editedResponse} takes the place of
   * {@link #responseBody}. Valid after {@link #responseHeaders}.
   */
  default boolean editsResponse() {
    return false;
  }

  /** The next bytes of the response body; returns those that go on, the same object if all do. */
  default ByteString editedResponse(ByteString piece) {
    return piece;
  }

  /** The response is complete; returns dynamic metadata for the data plane, null for none. */
  @Nullable Struct endResponse();

  /** The data plane has what it wants and will not report the response: claims run out by time. */
  void detach();

  /** In place of {@link #close}: the stream ends because of a fault. */
  default void fail() {
    close();
  }

  /** The stream has ended, in whatever state. */
  void close();

  /** Hears the answer to a request; exactly one call, on the stream's event loop. */
  interface Verdict {
    /** The request goes upstream with these edits. */
    void go(RequestEdits edits);

    /** The client gets an error. */
    void refuse(Rejection rejection);

    /** In place of an answer: it could not be made, and the client gets an internal error. */
    void fail(RuntimeException cause);
  }
}

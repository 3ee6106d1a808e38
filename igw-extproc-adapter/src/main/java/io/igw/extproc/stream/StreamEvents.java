package io.igw.extproc.stream;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;

/** Hears of the lives of streams and of what they swallow. On event loops; must not block. */
public interface StreamEvents {
  /** Hears nothing. */
  StreamEvents NONE =
      new StreamEvents() {
        @Override
        public void ignoredAfterEnd() {}

        @Override
        public void fault(RuntimeException cause) {}
      };

  /** A stream has begun. */
  default void opened() {}

  /** A stream has ended with a gRPC status code. */
  default void closed(String code, long nanos) {}

  /** A data plane uses a body mode that its profile does not know; it is served all the same. */
  default void unexpectedMode(BodySendMode mode) {}

  /** A stream only watches: it gets no answers. */
  default void observed() {}

  /** A limit was reached; the request was refused, or waits ({@code held_body_bytes}). */
  default void limited(String limit) {}

  /** A message came for a direction that had ended already (rule EPP-20). */
  void ignoredAfterEnd();

  /** The handler failed; the client got an internal error or an unchanged response. */
  void fault(RuntimeException cause);
}

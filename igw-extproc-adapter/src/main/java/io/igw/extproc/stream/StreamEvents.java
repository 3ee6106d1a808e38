package io.igw.extproc.stream;

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

  /** A message came for a direction that had ended already (rule EPP-20). */
  void ignoredAfterEnd();

  /** The handler failed; the client got an internal error or an unchanged response. */
  void fault(RuntimeException cause);
}

package io.igw.extproc.stream;

/** Hears what a stream swallows. Called on event loops; must not block. */
public interface StreamEvents {
  /** Hears nothing. */
  StreamEvents NONE =
      new StreamEvents() {
        @Override
        public void ignoredAfterEnd() {}

        @Override
        public void fault(RuntimeException cause) {}
      };

  /** A message came for a direction that had ended already (rule EPP-20). */
  void ignoredAfterEnd();

  /** The handler failed; the client got an internal error or an unchanged response. */
  void fault(RuntimeException cause);
}

package io.igw.extproc.stream;

import java.util.concurrent.Executor;

/**
 * What serves the requests of one ext-proc port: the picker, or {@link #CONTINUE}, which changes
 * nothing.
 *
 * <p><b>Threading.</b> Called from several event loops at once.
 */
public interface StreamHandler {
  /** Lets everything pass, one reply per message. */
  StreamHandler CONTINUE =
      new StreamHandler() {
        @Override
        public StreamSession open(Executor loop) {
          return StreamSession.PASSIVE;
        }

        @Override
        public boolean readsRequestBodies() {
          return false;
        }
      };

  /** A stream has begun: one HTTP request and its response. {@code loop} is the stream's own. */
  StreamSession open(Executor loop);

  /**
   * Whether answers depend on request bodies. If not, the headers are answered at once and bodies
   * are passed on as they arrive, unread.
   */
  boolean readsRequestBodies();

  /** What is known of the data planes that call; constant. */
  default DataPlaneTraits traits() {
    return DataPlaneTraits.UNKNOWN;
  }
}

package io.igw.api;

import java.util.concurrent.Executor;

/** The whole pick: admission, asynchronous producers, scheduling. Thread-safe. */
public interface EndpointPicker extends AutoCloseable {
  /**
   * Picks an endpoint. Never blocks. The listener hears exactly once: before this returns if
   * nothing waits, else on {@code loop}.
   *
   * @param loop the request's own event loop
   */
  Pending pick(InferenceRequest request, Executor loop, Listener listener);

  /** Receives the outcome. */
  @FunctionalInterface
  interface Listener {
    /** Called once. */
    void onOutcome(Outcome outcome);
  }

  /** A pick under way. */
  @FunctionalInterface
  interface Pending {
    /**
     * The client is gone: leaves the queue; a decision made meanwhile is abandoned; the listener
     * hears CANCELLED or nothing more.
     */
    void cancel();
  }

  @Override
  void close();
}

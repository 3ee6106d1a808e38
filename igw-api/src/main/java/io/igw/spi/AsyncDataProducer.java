package io.igw.spi;

import io.igw.api.InferenceRequest;
import java.time.Duration;

/**
 * A producer that waits (remote tokenizer, window, predictor). Runs before the cycle's snapshot is
 * read; results go by slot.
 */
public interface AsyncDataProducer extends Plugin {
  /**
   * Starts the work; the request continues when {@code done} is called or the timeout has passed.
   *
   * @param hint where the request may go; never empty. The cycle keeps to it while one of these
   *     endpoints is left
   */
  Pending start(InferenceRequest request, RequestState state, CandidateHint hint, Done done);

  /** After this the request goes on without the data. */
  default Duration timeout() {
    return Duration.ofMillis(400);
  }

  /**
   * May be called from any thread; the first call counts; the request continues on its own loop.
   */
  interface Done {
    /** The data are stored. */
    void ready();

    /** There will be no data. */
    void failed(Throwable cause);
  }

  /** Work that can be given up. */
  @FunctionalInterface
  interface Pending {
    /** Gives up. */
    void cancel();
  }
}

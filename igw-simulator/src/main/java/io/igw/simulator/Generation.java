package io.igw.simulator;

import io.igw.simulator.engine.Job;

/** One request inside an engine, and who waits for it. Confined to the engine's event loop. */
final class Generation {
  /** Hears what the engine generates, on the engine's event loop. */
  interface Listener {
    /** Token {@code index} from 0 is there. */
    void token(int index);

    /** All tokens are there. */
    void done();

    /** The request can never run: it needs more KV blocks than the engine has. */
    void impossible();
  }

  final Job job;
  final Listener listener;

  Generation(Job job, Listener listener) {
    this.job = job;
    this.listener = listener;
  }

  int promptTokens() {
    return job.promptTokens();
  }

  int cachedTokens() {
    return job.cachedTokens();
  }

  int outputTokens() {
    return job.outputTokens();
  }

  int generated() {
    return job.generatedTokens();
  }
}

package io.igw.benchmarks.rig;

import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** How exchanges reach the server that is measured. Thread-safe. */
interface RigClient extends AutoCloseable {
  /** Where they go, for messages. */
  String address();

  /**
   * Begins an exchange.
   *
   * @param variant which of the scenario's requests
   * @param pacer what sends paced chunks; null sends each when the last is answered
   * @param end hears once how it ended
   */
  void begin(
      Scenario scenario, int variant, @Nullable ScheduledExecutorService pacer, RigStream.End end);

  /** Does not wait with the next attempt to connect. */
  void retryNow();

  @Override
  void close();
}

package io.igw.extproc.client;

import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** How exchanges reach an ext-proc server. Thread-safe. */
public interface ExchangeClient extends AutoCloseable {
  /** Where they go, for messages. */
  String address();

  /**
   * Begins an exchange.
   *
   * @param variant which of the scenario's requests
   * @param pacer what sends paced chunks; null sends each when the last is answered
   * @param end hears once how it ended
   */
  void begin(Scenario scenario, int variant, @Nullable ScheduledExecutorService pacer, End end);

  /** Does not wait with the next attempt to connect. */
  void retryNow();

  @Override
  void close();

  /** Hears how an exchange ended. */
  interface End {
    /** {@code fault} is null if every answer came. */
    void ended(@Nullable String fault);
  }
}

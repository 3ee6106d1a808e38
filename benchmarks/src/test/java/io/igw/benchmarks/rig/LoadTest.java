package io.igw.benchmarks.rig;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.extproc.client.ExchangeClient;
import io.igw.extproc.client.Scenario;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LoadTest {
  private static final Scenario SMALL = Scenario.json("small", 200);
  private static final long MILLI = 1_000_000;
  private static final int STARTS = 30;

  /** A server in the test's hands: answers are held back until they are let go. */
  private static final class HeldBack implements ExchangeClient {
    final List<ExchangeClient.End> held = new CopyOnWriteArrayList<>();
    volatile boolean free;
    volatile @Nullable String fault;

    void letGo() {
      free = true;
      held.forEach(end -> end.ended(fault));
      held.clear();
    }

    @Override
    public String address() {
      return "nowhere";
    }

    @Override
    public void begin(
        Scenario scenario,
        int variant,
        @Nullable ScheduledExecutorService pacer,
        ExchangeClient.End end) {
      if (free) {
        end.ended(fault);
      } else {
        held.add(end);
      }
    }

    @Override
    public void retryNow() {}

    @Override
    public void close() {}
  }

  private final HeldBack server = new HeldBack();
  private final AtomicInteger starts = new AtomicInteger();

  /** Small exchanges; at the tenth everything held back is let go. */
  private Supplier<Scenario> small() {
    return () -> {
      if (starts.incrementAndGet() == 10) {
        server.letGo();
      }
      return SMALL;
    };
  }

  private Load.Result run(Limits limits) throws IOException {
    try (Load load = new Load(server, limits)) {
      return load.open(small(), () -> MILLI, 0, STARTS * MILLI, null);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 1000", "1000, 3"})
  void startsBeyondTheLimitsFailAndCountAsTheSlowest(int inFlight, int prompts) throws Exception {
    Load.Result result = run(new Limits(inFlight, (long) prompts * SMALL.requestBytes(), 20));
    assertThat(result.exchanges()).isEqualTo(STARTS - 6);
    assertThat(result.refused()).isEqualTo(6);
    assertThat(result.failed()).isEqualTo(6);
    Histogram latency = result.latencyNanos();
    assertThat(latency.getTotalCount()).isEqualTo(STARTS);
    assertThat(latency.getCountAtValue(latency.getMaxValue())).isGreaterThanOrEqualTo(7);
  }

  @Test
  void nothingIsRefusedBelowTheLimits() throws Exception {
    Load.Result result = run(new Limits(9, 9L * SMALL.requestBytes(), 20));
    assertThat(result.exchanges()).isEqualTo(STARTS);
    assertThat(result.failed()).isZero();
    assertThat(result.latencyNanos().getTotalCount()).isEqualTo(STARTS);
  }

  @Test
  void failuresAreNoLatencies() throws Exception {
    server.fault = "broken";
    Load.Result result = run(Limits.DEFAULT);
    assertThat(result.exchanges()).isZero();
    assertThat(result.failed()).isEqualTo(STARTS);
    assertThat(result.refused()).isZero();
    assertThat(result.latencyNanos().getMaxValue()).isZero();
  }
}

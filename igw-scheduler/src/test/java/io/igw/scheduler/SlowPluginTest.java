package io.igw.scheduler;

import static io.igw.scheduler.Fixture.decide;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.InferenceRequest;
import io.igw.spi.Cycle;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow plugins are found, and the log hears of a plugin's faults now and then. */
class SlowPluginTest {
  private final Fixture.Recorder recorder = new Fixture.Recorder();
  private final EndpointPool pool = Fixture.pool(4);

  /** Whoever is slow is found from the second decision on, and nobody else is named. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "filter",
        "scorer",
        "picker",
        "producer",
        "screener",
        "admitter",
        "listener",
        "handler",
        "saturation-detector"
      })
  void aSlowPluginIsCountedAndTheRequestServed(String role) {
    Fixture.VirtualTime time = new Fixture.VirtualTime();
    SchedulerBuilder builder =
        Fixture.scheduler(pool)
            .metrics(recorder)
            .nanoClock(time.now::get)
            .profileHandler("handler", new SlowHandler(() -> takeTime(time, role, "handler")))
            .producer("producer", (c, k) -> takeTime(time, role, "producer"))
            .screener("screener", (c, k) -> takeTime(time, role, "screener"))
            .admitter(
                "admitter",
                (c, k) -> {
                  takeTime(time, role, "admitter");
                  return null;
                })
            .listener("listener", (c, r, primary) -> takeTime(time, role, "listener"))
            .saturationDetector((c, k) -> {
              takeTime(time, role, "saturation-detector");
              return 0;
            })
            .profile(
                "p",
                p ->
                    p.filter("filter", (c, k) -> takeTime(time, role, "filter"))
                        .scorer("scorer", (c, k, s) -> takeTime(time, role, "scorer"), 1)
                        .picker(
                            "picker",
                            (c, k, t, picked) -> {
                              takeTime(time, role, "picker");
                              return 1;
                            }));
    Scheduler scheduler = builder.build();
    InferenceRequest sheddable = InferenceRequest.builder().priority(-1).build();
    decide(scheduler, sheddable).abandon();
    assertThat(recorder.faults).isEmpty();
    decide(scheduler, sheddable).abandon();
    assertThat(recorder.faults).containsOnlyKeys(role + " slow");
  }

  /** Takes its time when it merges. */
  private record SlowHandler(Runnable merging) implements ProfileHandler {
    @Override
    public @Nullable String next(Cycle cycle, ProfileResults results) {
      return results.ran("p") ? null : "p";
    }

    @Override
    public String merge(Cycle cycle, ProfileResults results) {
      merging.run();
      return "p";
    }
  }

  private static void takeTime(Fixture.VirtualTime time, String slow, String role) {
    time.advance(slow.equals(role) ? 20_000_000 : 100_000);
  }

  @Test
  void aFaultIsCountedEachTimeAndLoggedOnceAMinuteWithoutItsMessage() {
    Fixture.VirtualTime time = new Fixture.VirtualTime();
    Scorer bad =
        (cycle, candidates, scores) -> {
          throw new IllegalStateException("not for the log");
        };
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .metrics(recorder)
            .nanoClock(time.now::get)
            .profile("p", p -> p.scorer("culprit", bad, 1))
            .build();
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger log = Logger.getLogger(PluginFaults.class.getName());
    log.addHandler(handler);
    try {
      for (int i = 0; i < 3; i++) {
        decide(scheduler).abandon();
      }
      time.advance(59_000_000_000L);
      decide(scheduler).abandon();
      lines.removeIf(line -> !line.contains("culprit"));
      assertThat(lines)
          .singleElement()
          .asString()
          .startsWith("plugin culprit broke its contract: threw java.lang.IllegalStateException")
          .doesNotContain("not for the log");
      time.advance(1_000_000_000L);
      decide(scheduler).abandon();
      lines.removeIf(line -> !line.contains("culprit"));
      assertThat(lines).hasSize(2);
    } finally {
      log.removeHandler(handler);
    }
    assertThat(recorder.faults).containsEntry("culprit threw", 5);
  }
}

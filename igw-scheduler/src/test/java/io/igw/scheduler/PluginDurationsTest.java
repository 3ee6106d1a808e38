package io.igw.scheduler;

import static io.igw.scheduler.Fixture.decide;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.Cycle;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long plugins take is shown of some cycles, and costs nothing in the others. */
class PluginDurationsTest {
  private static final int CYCLES = 25_600;

  private final EndpointPool pool = Fixture.pool(4);
  private final Fixture.VirtualTime time = new Fixture.VirtualTime();
  private final AtomicInteger clockReads = new AtomicInteger();
  private final PluginMeters meters = new PluginMeters();

  private void take(long micros) {
    time.advance(micros * 1000);
  }

  private SchedulerBuilder builder() {
    return Fixture.scheduler(pool)
        .nanoClock(() -> {
          clockReads.incrementAndGet();
          return time.now.get();
        })
        .profileHandler("handler", new Handler())
        .producer("producer", (c, k) -> take(150))
        .screener("screener", (c, k) -> take(300))
        .admitter(
            "admitter",
            (c, k) -> {
              take(600);
              return null;
            })
        .listener("listener", (c, r, primary) -> take(1_500))
        .profile(
            "p",
            p ->
                p.filter("filter", (c, k) -> take(3_000))
                    .scorer("scorer", (c, k, s) -> take(6_000), 1)
                    .scorer("untyped", (c, k, s) -> take(1), 1)
                    .picker(
                        "picker",
                        (c, k, t, picked) -> {
                          take(15_000);
                          return 1;
                        }));
  }

  private static Map<String, String> types() {
    Map<String, String> types = new LinkedHashMap<>();
    for (String name :
        "handler producer screener admitter listener filter scorer picker".split(" ")) {
      types.put(name, name + "-type");
    }
    return types;
  }

  /** A handler that takes its time. */
  private final class Handler implements ProfileHandler {
    @Override
    public @Nullable String next(Cycle cycle, ProfileResults results) {
      take(10);
      return results.ran("p") ? null : "p";
    }

    @Override
    public String merge(Cycle cycle, ProfileResults results) {
      take(20);
      return "p";
    }
  }

  private static long count(PluginMeters.Series series, int bounds) {
    long count = 0;
    for (int i = 0; i <= bounds; i++) {
      count += series.count(i);
    }
    return count;
  }

  @Test
  void oneCycleOf256IsTimed() {
    Map<String, String> types = types();
    types.put("saturation-detector", "no extension point");
    Scheduler scheduler =
        builder().saturationDetector((c, k) -> 0).pluginDurations(meters, types).build();
    for (int i = 0; i < CYCLES; i++) {
      decide(scheduler).abandon();
    }
    PluginMeters.Family family = meters.families().get(0);
    assertThat(meters.families()).hasSize(1);
    assertThat(family.name()).isEqualTo("llm_d_epp_plugin_duration_seconds");
    assertThat(family.help()).contains("one cycle in 256");
    assertThat(family.labelNames()).containsExactly("extension_point");
    int bounds = family.bounds().length;
    long cycles = count(family.series().get(1), bounds);
    assertThat(cycles).isBetween(60L, 140L);
    Map<String, Long> micros = new LinkedHashMap<>();
    for (PluginMeters.Series series : family.series()) {
      long times = series.plugin().equals("handler") ? count(series, bounds) / cycles : 1;
      assertThat(count(series, bounds)).as(series.plugin()).isEqualTo(times * cycles);
      assertThat(series.type()).isEqualTo(series.plugin() + "-type");
      micros.put(
          series.plugin() + " " + series.labelValues().get(0),
          Math.round(series.value() * 1e6 / count(series, bounds)));
    }
    assertThat(micros)
        .containsOnly(
            Map.entry("handler ProfilePicker", 10L),
            Map.entry("handler ProcessProfilesResults", 20L),
            Map.entry("producer DataProducer", 150L),
            Map.entry("screener Screener", 300L),
            Map.entry("admitter Admission", 600L),
            Map.entry("listener PreRequest", 1_500L),
            Map.entry("filter Filter", 3_000L),
            Map.entry("scorer Scorer", 6_000L),
            Map.entry("picker Picker", 15_000L));
    PluginMeters.Series screener =
        family.series().stream().filter(s -> s.plugin().equals("screener")).findFirst().get();
    assertThat(screener.count(2)).as("0.2 ms to 0.5 ms").isEqualTo(cycles);
  }

  @Test
  void aCycleThatIsNotTimedReadsNoClock() {
    int[] reads = new int[2];
    for (int i = 0; i < 2; i++) {
      SchedulerBuilder builder = builder();
      if (i == 1) {
        builder.pluginDurations(meters, Map.of("listener", "any"));
      }
      Scheduler scheduler = builder.build();
      clockReads.set(0);
      for (int k = 0; k < CYCLES; k++) {
        scheduler.decideOnly(Fixture.REQUEST);
      }
      reads[i] = clockReads.get();
    }
    assertThat(reads[0]).as("the cycle's own").isEqualTo(CYCLES);
    int marks = 2 * 10;
    int cycles = (reads[1] - reads[0]) / marks;
    assertThat(reads[1] - reads[0]).isEqualTo(cycles * marks);
    assertThat(cycles).isBetween(60, 140);
  }

  @Test
  void pluginsOfOneTypeHaveSeriesOfTheirOwn() {
    Fixture.scheduler(pool)
        .profile("p", p -> p.scorer("a", Fixture.queue(), 1).scorer("b", Fixture.queue(), 1))
        .profile("q", p -> p.scorer("a", Fixture.queue(), 1))
        .profileHandler(new Handler())
        .pluginDurations(meters, Map.of("a", "t", "b", "t"))
        .build();
    List<PluginMeters.Series> series = meters.families().get(0).series();
    assertThat(series).extracting(PluginMeters.Series::plugin).containsExactly("a", "b");
  }
}

package io.igw.simulator.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.engine.EnginePreset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SimulationTest {
  static final List<String> PROFILES = Profiles.NAMES;

  private static SimulationSettings settings(String profile, long scrapeMillis, long seed) {
    return new SimulationSettings(
        Profiles.of(profile),
        4,
        EnginePreset.LLAMA_8B_H100.parameters(64).withNumGpuBlocks(1000),
        1,
        1,
        seed,
        TimeUnit.MILLISECONDS.toNanos(scrapeMillis),
        TimeUnit.MILLISECONDS.toNanos(scrapeMillis / 5),
        TimeUnit.MILLISECONDS.toNanos(5),
        TimeUnit.SECONDS.toNanos(2),
        TimeUnit.MILLISECONDS.toNanos(50));
  }

  private static RunResult run(String profile, String workload, double perSecond) {
    return Simulation.run(Workloads.make(workload, 1500, perSecond, 3), settings(profile, 50, 1));
  }

  @ParameterizedTest
  @FieldSource("PROFILES")
  void everyProfileServesEveryRequest(String profile) {
    RunResult result = run(profile, "shared-prefix", 30);
    assertThat(result.get("served") + result.get("shed")).isEqualTo(1500);
    assertThat(result.get("hit_ratio")).isBetween(0.01, 0.95);
    assertThat(result.get("ttft_p50_s")).isPositive();
    assertThat(result.get("ttft_p99_s")).isGreaterThanOrEqualTo(result.get("ttft_p90_s"));
  }

  @ParameterizedTest
  @FieldSource("PROFILES")
  void theSameSeedMakesTheSameBytes(String profile) {
    Trace trace = Workloads.make("multi-turn", 600, 20, 9);
    RunResult first = Simulation.run(trace, settings(profile, 50, 4));
    RunResult again = Simulation.run(trace, settings(profile, 50, 4));
    assertThat(Report.table(List.of(again))).isEqualTo(Report.table(List.of(first)));
    assertThat(again).isEqualTo(first);
  }

  @Test
  void affinityFindsWhatChanceDoesNot() {
    RunResult chance = run("random", "agentic", 20);
    RunResult affine = run("lmetric", "agentic", 20);
    assertThat(affine.get("hit_ratio")).isGreaterThan(1.3 * chance.get("hit_ratio"));
    assertThat(affine.get("ttft_mean_s")).isLessThan(chance.get("ttft_mean_s"));
  }

  @Test
  void pureAffinityCollapsesWhereAllShareAPrefix() {
    List<TraceRequest> requests = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      long[] blocks = {0, 2L * i + 1, 2L * i + 2};
      requests.add(new TraceRequest(i * 20_000_000L, 1500, 20, blocks, 512, ""));
    }
    Trace trace = new Trace("one first block", requests);
    assertThat(Simulation.run(trace, settings("affinity", 50, 1)).get("imbalance")).isEqualTo(4);
    assertThat(Simulation.run(trace, settings("lmetric", 50, 1)).get("imbalance")).isLessThan(1.3);
  }

  /** The gap between two scrapes is time in which a scraped number lies. */
  @Test
  void staleNumbersCostTime() {
    Trace trace = Workloads.make("bursts", 3000, 60, 3);
    RunResult fresh = Simulation.run(trace, settings("gie", 20, 1));
    RunResult stale = Simulation.run(trace, settings("gie", 1500, 1));
    assertThat(stale.get("ttft_mean_s")).isGreaterThan(fresh.get("ttft_mean_s"));
  }

  @Test
  void theMoreStaleTheMoreTime() {
    Trace trace = Workloads.make("multi-turn", 2000, 40, 3);
    double before = 0;
    for (long scrapeMillis : new long[] {20, 200, 1000, 4000}) {
      double now = Simulation.run(trace, settings("gie", scrapeMillis, 1)).get("ttft_mean_s");
      assertThat(now).as("scrapes every %d ms", scrapeMillis).isGreaterThan(before);
      before = now;
    }
  }

  /** Thresholds keep to the cache for longest; a sum in units of time knows when to leave it. */
  @Test
  void theBestHitRatioIsNotTheBestTime() {
    Trace trace = Workloads.make("multi-turn", 2000, 40, 3);
    RunResult thresholds = Simulation.run(trace, settings("sglang-thresholds", 50, 1));
    RunResult time = Simulation.run(trace, settings("lmetric", 50, 1));
    assertThat(time.get("ttft_mean_s")).isLessThan(thresholds.get("ttft_mean_s"));
    for (String other : List.of("random", "least-request", "gie")) {
      RunResult result = Simulation.run(trace, settings(other, 50, 1));
      assertThat(thresholds.get("hit_ratio")).as(other).isGreaterThan(result.get("hit_ratio"));
      assertThat(time.get("ttft_mean_s")).as(other).isLessThan(result.get("ttft_mean_s"));
    }
    assertThat(thresholds.get("hit_ratio")).isGreaterThan(time.get("hit_ratio"));
  }

  @Test
  void adaptersGoWhereTheyAreLoaded() {
    RunResult result = run("llm-d", "lora-mix", 20);
    assertThat(result.get("served")).isEqualTo(1500);
  }
}

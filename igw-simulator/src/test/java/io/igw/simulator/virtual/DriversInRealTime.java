package io.igw.simulator.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.engine.EnginePreset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same arrivals under load, over HTTP in real time and in virtual time. Needs a quiet machine,
 * so that no build runs it: {@code .ci/deep drivers}.
 */
class DriversInRealTime {
  private static final int SERVERS = 4;
  private static final int REQUESTS = 800;
  private static final int KV_BLOCKS = 1500;

  /** Each request up to so much later: what a real clock does to arrivals. */
  private static final long JITTER_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

  /** Runs in virtual time: where time decides, one differs from the next by a point and more. */
  private static final int RUNS = 12;

  private static Trace arrivals(long seed, long jitterNanos) {
    Random random = new Random(seed);
    List<TraceRequest> requests = new ArrayList<>();
    for (TraceRequest request : Workloads.make("multi-turn", REQUESTS, 16, 5).requests()) {
      long late = (long) (random.nextDouble() * jitterNanos);
      long at = request.arrivalNanos() + TimeUnit.SECONDS.toNanos(5) + late;
      long[] blocks = request.blocks();
      requests.add(
          new TraceRequest(at, blocks.length * 64, request.outputTokens(), blocks, 64, ""));
    }
    requests.sort(Comparator.comparingLong(TraceRequest::arrivalNanos));
    return new Trace("multi-turn", requests);
  }

  private static SimulationSettings settings(String profile, long seed) {
    return new SimulationSettings(
        Profiles.of(profile),
        SERVERS,
        EnginePreset.LLAMA_8B_H100.parameters(64).withNumGpuBlocks(KV_BLOCKS),
        1,
        1,
        seed,
        TimeUnit.MILLISECONDS.toNanos(50),
        0,
        TimeUnit.MILLISECONDS.toNanos(5),
        TimeUnit.SECONDS.toNanos(5),
        TimeUnit.SECONDS.toNanos(1));
  }

  /** Hits within a point, or two standard deviations of a run; times within a tenth. */
  @ParameterizedTest
  @ValueSource(strings = {"lmetric", "llm-d", "least-request"})
  void agreeOnHitsAndTimes(String profile) throws Exception {
    double[] simulated = new double[RUNS];
    double time = 0;
    for (int run = 0; run < RUNS; run++) {
      RunResult result = Simulation.run(arrivals(run, JITTER_NANOS), settings(profile, run));
      simulated[run] = result.get("hit_ratio");
      time += result.get("ttft_p50_s") / RUNS;
    }
    double mean = Arrays.stream(simulated).average().orElseThrow();
    double squares = Arrays.stream(simulated).map(hit -> (hit - mean) * (hit - mean)).sum();
    double deviation = Math.sqrt(squares / (RUNS - 1));
    EngineSettings engine =
        EngineSettings.defaults().withPreset(EnginePreset.LLAMA_8B_H100).withKvBlocks(KV_BLOCKS);
    List<OverHttp.Answer> answers = play(arrivals(0, 0), engine, settings(profile, 0));
    double prompts = answers.stream().mapToDouble(a -> a.usage().promptTokens()).sum();
    double hits = answers.stream().mapToDouble(a -> a.usage().cachedTokens()).sum() / prompts;
    double[] times =
        answers.stream().mapToDouble(a -> a.firstTokenNanos() / 1e9).sorted().toArray();
    double median = times[times.length / 2];
    System.out.printf(
        "%s: hits %.2f %% over HTTP, %.2f %% (deviation %.2f) in virtual time; TTFT p50 %.1f ms"
            + " and %.1f ms%n",
        profile, 100 * hits, 100 * mean, 100 * deviation, 1e3 * median, 1e3 * time);
    assertThat(hits).isCloseTo(mean, within(Math.max(0.01, 2 * deviation)));
    assertThat(median).isCloseTo(time, within(0.1 * time));
  }

  private static List<OverHttp.Answer> play(
      Trace trace, EngineSettings engine, SimulationSettings settings) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (OverHttp http = new OverHttp(engine, settings)) {
      // Cold code would be measured instead of the drivers.
      for (int i = 0; i < 200; i++) {
        long[] blocks = {-1 - i};
        http.send(new TraceRequest(0, 64, 1, blocks, 64, ""));
      }
      http.awaitIdle();
      List<Future<OverHttp.Answer>> answers = new ArrayList<>();
      long began = System.nanoTime();
      for (TraceRequest request : trace.requests()) {
        long wait = began + request.arrivalNanos() - System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(wait);
        answers.add(threads.submit(() -> http.send(request)));
      }
      List<OverHttp.Answer> all = new ArrayList<>();
      for (Future<OverHttp.Answer> answer : answers) {
        all.add(answer.get());
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }
}

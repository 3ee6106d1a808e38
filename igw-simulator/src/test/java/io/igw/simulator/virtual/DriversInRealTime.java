package io.igw.simulator.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.engine.EnginePreset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same arrivals under load, over HTTP in real time and in virtual time: hits within a point,
 * the median time to the first token within a tenth. Needs a quiet machine, so that no build runs
 * it: {@code .ci/deep drivers}.
 */
class DriversInRealTime {
  private static final int SERVERS = 4;
  private static final int REQUESTS = 800;
  private static final int KV_BLOCKS = 1500;

  private static Trace arrivals() {
    List<TraceRequest> requests = new ArrayList<>();
    for (TraceRequest request : Workloads.make("multi-turn", REQUESTS, 16, 5).requests()) {
      long at = request.arrivalNanos() + TimeUnit.SECONDS.toNanos(5);
      long[] blocks = request.blocks();
      requests.add(
          new TraceRequest(at, blocks.length * 64, request.outputTokens(), blocks, 64, ""));
    }
    return new Trace("multi-turn", requests);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmetric", "llm-d", "least-request"})
  void agreeOnHitsAndTimes(String profile) throws Exception {
    Trace trace = arrivals();
    SimulationSettings settings =
        new SimulationSettings(
            Profiles.of(profile),
            SERVERS,
            EnginePreset.LLAMA_8B_H100.parameters(64).withNumGpuBlocks(KV_BLOCKS),
            1,
            1,
            11,
            TimeUnit.MILLISECONDS.toNanos(50),
            0,
            TimeUnit.MILLISECONDS.toNanos(5),
            TimeUnit.SECONDS.toNanos(5),
            TimeUnit.SECONDS.toNanos(1));
    RunResult result = Simulation.run(trace, settings);
    EngineSettings engine =
        EngineSettings.defaults().withPreset(EnginePreset.LLAMA_8B_H100).withKvBlocks(KV_BLOCKS);
    List<OverHttp.Answer> answers = play(trace, engine, settings);
    double prompts = answers.stream().mapToDouble(a -> a.usage().promptTokens()).sum();
    double hits = answers.stream().mapToDouble(a -> a.usage().cachedTokens()).sum() / prompts;
    double[] times =
        answers.stream().mapToDouble(a -> a.firstTokenNanos() / 1e9).sorted().toArray();
    double median = times[times.length / 2];
    System.out.printf(
        "%s: hits %.2f %% over HTTP, %.2f %% in virtual time; TTFT p50 %.1f ms and %.1f ms%n",
        profile,
        100 * hits,
        100 * result.get("hit_ratio"),
        1e3 * median,
        1e3 * result.get("ttft_p50_s"));
    assertThat(hits).isCloseTo(result.get("hit_ratio"), within(0.01));
    double simulated = result.get("ttft_p50_s");
    assertThat(median).isCloseTo(simulated, within(0.1 * simulated));
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

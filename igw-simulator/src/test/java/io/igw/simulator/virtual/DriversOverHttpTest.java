package io.igw.simulator.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.engine.EnginePreset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A list of arrivals through model servers over HTTP and a picker that scrapes them, beside the
 * same list in virtual time. Each request waits for the end of the one before, so that nothing here
 * depends on how fast the machine is; {@code DriversInRealTime} is about times.
 */
@Timeout(600)
class DriversOverHttpTest {
  private static final int SERVERS = 3;

  /** The two families' prompts fill a cache. */
  private static final EngineSettings ENGINE =
      EngineSettings.defaults()
          .withPreset(EnginePreset.LLAMA_8B_H100)
          .withKvBlocks(100)
          .withSpeed(200);

  private static Trace oneAfterTheOther() {
    List<TraceRequest> requests = new ArrayList<>();
    for (TraceRequest request : Workloads.make("shared-prefix", 40, 1, 5).requests()) {
      long[] blocks = request.blocks();
      long at = TimeUnit.SECONDS.toNanos(10 + 10L * requests.size());
      requests.add(new TraceRequest(at, blocks.length * 64, 20, blocks, 64, ""));
    }
    return new Trace("one after the other", requests);
  }

  private static SimulationSettings settings(String profile) {
    return new SimulationSettings(
        Profiles.of(profile),
        SERVERS,
        EnginePreset.LLAMA_8B_H100.parameters(64).withNumGpuBlocks(ENGINE.kvBlocks()),
        1,
        1,
        11,
        TimeUnit.MILLISECONDS.toNanos(50),
        0,
        0,
        TimeUnit.SECONDS.toNanos(5),
        TimeUnit.SECONDS.toNanos(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmetric", "llm-d", "random"})
  void pickAndHitTheSame(String profile) throws Exception {
    Trace trace = oneAfterTheOther();
    SimulationSettings settings = settings(profile);
    List<Integer> simulated = new ArrayList<>();
    RunResult result = Simulation.run(trace, settings, simulated::add);
    List<Integer> picked = new ArrayList<>();
    long prompts = 0;
    long cached = 0;
    try (OverHttp http = new OverHttp(ENGINE, settings)) {
      for (TraceRequest request : trace.requests()) {
        http.awaitIdle();
        OverHttp.Answer answer = http.send(request);
        assertThat(answer.usage().promptTokens()).isEqualTo(request.promptTokens());
        picked.add(answer.server());
        prompts += answer.usage().promptTokens();
        cached += answer.usage().cachedTokens();
      }
    }
    assertThat(picked).isEqualTo(simulated);
    assertThat((double) cached / prompts).isCloseTo(result.get("hit_ratio"), within(0.01));
    assertThat(result.get("hit_ratio")).isBetween(0.01, 0.95);
  }
}

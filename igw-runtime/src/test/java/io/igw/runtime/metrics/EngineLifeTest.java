package io.igw.runtime.metrics;

import static io.igw.runtime.metrics.PageServer.page;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Polled servers that are restarted, or run what nobody knows. */
@Timeout(240)
class EngineLifeTest {
  private static final String PAGE = "vllm:num_requests_waiting 3\nvllm:num_requests_running 5\n";

  private final PollerRig rig = new PollerRig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void aRestartedServerIsANewEndpointWithThePageOfItsNewLife() {
    PageServer server = rig.server(page(PAGE + "vllm:prompt_tokens_total 7\n"));
    rig.join("a", server);
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    int generation = rig.pool.snapshot().endpoint(0).generation();
    int slot = rig.pool.snapshot().endpoint(0).slot();
    rig.clock.addAndGet(TimeUnit.SECONDS.toNanos(11));
    server.answer = page("vllm:num_requests_waiting 1\nvllm:prompt_tokens_total 2\n");
    Until.holds("the new page", () -> rig.value("a", Signal.WAITING_REQUESTS) == 1);
    EndpointSnapshot after = rig.pool.snapshot();
    assertThat(after.ordinalOf(slot, generation)).isNegative();
    assertThat(rig.value("a", Signal.RUNNING_REQUESTS)).isNaN();
    assertThat(rig.metrics.restarts).hasValue(1);
    int asked = server.requests.size();
    Until.holds("further polls", () -> server.requests.size() > asked + 2);
    assertThat(rig.metrics.restarts).hasValue(1);
  }

  @Test
  void anEngineThatNobodyKnowsIsCountedOnceAndReadAsTheDefault() {
    PageServer server = rig.server(page(PAGE));
    rig.join("a", server, Map.of(CoreMetricsExtractor.ENGINE_LABEL, "vlm"));
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    rig.join("b", server);
    Until.holds("a value", () -> rig.value("b", Signal.WAITING_REQUESTS) == 3);
    assertThat(rig.metrics.unknownEngines).hasValue(1);
  }
}

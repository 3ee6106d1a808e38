package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.spi.DataProducer;
import io.igw.spi.Filter;
import io.igw.spi.PickListener;
import io.igw.spi.RequestHeaderProcessor;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An empty producer stands for any (plugins-request-control.md 2). */
class AnyProducerTest {
  private final Made made = new Made();

  /** Whether the producer's column is made before or after the plugin that reads it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAttributeOfAnyProducer(boolean before) {
    Signal own = before ? made.schema.signal("Heat/thermometer") : null;
    Filter any = filter("");
    Filter core = filter(null);
    if (own == null) {
      own = made.schema.signal("Heat/thermometer");
    }
    TestCycle cycle = TestCycle.on(Made.numbers(own, 9, 3, 7));
    assertThat(cycle.filter(any)).containsExactly(1);
    assertThat(cycle.filter(core)).as("the core extractor has no number").isEmpty();
    TestCycle reported = TestCycle.on(Made.numbers(made.schema.signal("Heat"), 1, 9, 9));
    assertThat(reported.filter(any)).containsExactly(0);
    assertThat(reported.filter(core)).containsExactly(0);
  }

  private Filter filter(String producer) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("attribute", "Heat");
    parameters.put("onMissing", "Fail");
    if (producer != null) {
      parameters.put("producer", producer);
    }
    parameters.put(
        "algorithm",
        Map.of("type", "threshold", "threshold", Map.of("operator", "LessThan", "value", 5)));
    return made.make(Filter.class, "endpoint-attribute-filter", parameters);
  }

  @Test
  void ofSeveralProducersTheFirstThatKnowsACandidate() {
    Scorer scorer = made.make(Scorer.class, "multicluster-queue-scorer", Map.of());
    Signal first = made.schema.signal("llm-d.ai/multicluster-queue-size/a");
    Signal second = made.schema.signal("llm-d.ai/multicluster-queue-size/b");
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder();
    for (int i = 0; i < 4; i++) {
      pool.endpoint(Made.endpoint(i, Map.of()));
    }
    EndpointSnapshot snapshot =
        pool.value(first, 3, 1, 0).value(second, 0, 0, 0).value(second, 1, 8, 0).build();
    assertThat(TestCycle.on(snapshot).score(scorer)).containsExactly(0, 0, 0, 1);
    assertThat(TestCycle.on(snapshot).only(0, 1).score(scorer)).containsExactly(1, 0);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "SessionIDDataKey, -, true",
        "SessionIDDataKey, session-id-producer, true",
        "SessionIDDataKey, another, false",
        "agent-identity, -, true",
        "agent-identity, agent-identity, true",
        "agent, -, false"
      })
  void aSessionIdOfAnyProducer(String attribute, String producer, boolean found) {
    Map<String, String> source = new HashMap<>(Map.of("attribute", attribute));
    if (producer != null) {
      source.put("producer", producer);
    }
    Filter filter =
        made.make(
            Filter.class,
            "session-affinity-filter",
            Map.of(
                "strategy", "session_id", "sessionIdConfig", Map.of("sources", List.of(source))));
    DataProducer session = made.make(DataProducer.class, "session-id-producer", Map.of());
    RequestHeaderProcessor agent =
        made.make(RequestHeaderProcessor.class, "agent-identity", Map.of());
    InferenceRequest request =
        InferenceRequest.builder().header("x-session-id", "s").header("session-id", "t").build();
    EndpointPool pool = EndpointPool.builder().nanoClock(made::now).build();
    pool.replaceAll(Fixture.specs(8));
    Scheduler scheduler =
        Scheduler.builder(pool)
            .schema(made.schema)
            .nanoClock(made::now)
            .seed(3)
            .producer("session", session)
            .producer("agent", (cycle, candidates) -> agent.process(cycle.request(), cycle))
            .listener("affinity", (PickListener) filter)
            .profile("default", profile -> profile.filter("affinity", filter))
            .build();
    int first = Fixture.number(Fixture.decide(scheduler, request).endpoint());
    int same = 0;
    for (int i = 0; i < 20; i++) {
      same += Fixture.number(Fixture.decide(scheduler, request).endpoint()) == first ? 1 : 0;
    }
    if (found) {
      assertThat(same).isEqualTo(20);
    } else {
      assertThat(same).isLessThan(20);
    }
  }
}

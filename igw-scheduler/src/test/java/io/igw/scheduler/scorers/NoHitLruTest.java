package io.igw.scheduler.scorers;

import static io.igw.scheduler.Made.endpoints;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.InferenceRequest;
import io.igw.api.Usage;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Evaluation;
import io.igw.scheduler.Made;
import io.igw.scheduler.Scheduler;
import io.igw.spi.Cycle;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoHitLruTest {
  private final Made made = new Made();
  private final Scorer scorer = made.make(Scorer.class, "no-hit-lru-scorer", Map.of());
  private final EndpointPool pool = EndpointPool.builder().build();
  private final Scheduler scheduler =
      Scheduler.builder(pool)
          .schema(made.schema)
          .slowStart(java.time.Duration.ZERO)
          .listener("lru", (PickListener) scorer)
          .profile("default", p -> p.scorer("lru", scorer, 1))
          .build();

  private static final InferenceRequest REQUEST = InferenceRequest.builder().build();

  private void members(int... numbers) {
    List<EndpointSpec> specs = new ArrayList<>();
    for (int n : numbers) {
      Endpoint endpoint = Made.endpoint(n, Map.of());
      specs.add(new EndpointSpec(endpoint.id(), endpoint.host(), endpoint.port(), 0, Map.of()));
    }
    pool.replaceAll(specs);
  }

  private String pick() {
    Decision decision = (Decision) scheduler.schedule(REQUEST, null);
    decision.complete(Usage.UNKNOWN);
    return decision.endpoint().id().name();
  }

  private List<Double> scores() {
    return scheduler.evaluate(REQUEST).profiles().get(0).candidates().stream()
        .sorted(Comparator.comparing(candidate -> candidate.endpoint().id()))
        .map(Evaluation.Candidate::total)
        .toList();
  }

  @Test
  void aPromptThatIsHeldIsNeutral() {
    TestCycle cycle = TestCycle.on(endpoints(3));
    made.prefix(cycle, 4, 0, 1, 0);
    assertThat(cycle.score(scorer)).containsExactly(0.5, 0.5, 0.5);
  }

  @Test
  void theNeverUsedComeFirstInTheirOrder() {
    assertThat(TestCycle.on(endpoints(1)).score(scorer)).containsExactly(1);
    assertThat(TestCycle.on(endpoints(3)).score(scorer)).containsExactly(1, 0.5, 0);
  }

  @Test
  void coldPromptsGoRound() {
    members(0, 1, 2);
    List<String> picks = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      picks.add(pick());
    }
    assertThat(picks)
        .containsExactly(
            "pod-000", "pod-001", "pod-002", "pod-000", "pod-001", "pod-002", "pod-000");
    assertThat(scores()).containsExactly(0.0, 1.0, 0.5);
  }

  /** Uses that are older than the table is long are all the oldest. */
  @Test
  void noMoreUsesAreToldApartThanTheTableIsLong() {
    Scorer two = made.make(Scorer.class, "no-hit-lru-scorer", Map.of("lruSize", 2));
    TestCycle cycle = TestCycle.on(endpoints(4));
    cycle.score(two);
    for (int n = 0; n < 4; n++) {
      cycle.picked((PickListener) two, n);
    }
    assertThat(cycle.score(two)).containsExactly(1, 1, 1, 1 - 1 / 3.0);
  }

  @Test
  void aPromptThatIsHeldUsesNoOne() {
    TestCycle warm = TestCycle.on(endpoints(3));
    made.prefix(warm, 4, 1, 0, 0);
    warm.score(scorer);
    warm.picked((PickListener) scorer, 0);
    assertThat(TestCycle.on(endpoints(3)).score(scorer)).containsExactly(1, 0.5, 0);
    TestCycle cold = TestCycle.on(endpoints(3));
    cold.score(scorer);
    cold.picked((PickListener) scorer, 0);
    assertThat(TestCycle.on(endpoints(3)).score(scorer)).containsExactly(0, 1, 0.5);
  }

  @Test
  void theTargetOfPrefillIsUsedToo() {
    members(0, 1, 2);
    Scheduler staged =
        Scheduler.builder(pool)
            .schema(made.schema)
            .slowStart(java.time.Duration.ZERO)
            .listener("lru", (PickListener) scorer)
            .profile("prefill", p -> p.filter("p", (c, all) -> all.retainIf(i -> i == 1)))
            .profile(
                "decode",
                p -> p.filter("d", (c, all) -> all.retainIf(i -> i == 2)).scorer("lru", scorer, 1))
            .profileHandler(new Stages())
            .build();
    ((Decision) staged.schedule(REQUEST, null)).complete(Usage.UNKNOWN);
    assertThat(scores().get(0)).as("the only one that was not used").isEqualTo(1);
    assertThat(scores().subList(1, 3)).containsExactlyInAnyOrder(0.5, 0.0);
  }

  private static final class Stages implements ProfileHandler {
    @Override
    public String next(Cycle cycle, ProfileResults results) {
      if (!results.ran("prefill")) {
        return "prefill";
      }
      return results.ran("decode") ? null : "decode";
    }

    @Override
    public String merge(Cycle cycle, ProfileResults results) {
      return "decode";
    }
  }

  @Test
  void whoLeftIsNotRankedAndANewcomerIsUnused() {
    members(0, 1, 2);
    pick();
    pick();
    pick();
    members(1, 2);
    assertThat(scores()).containsExactly(1.0, 0.0);
    members(0, 1, 2);
    assertThat(scores()).as("the same name anew").containsExactly(1.0, 0.5, 0.0);
  }

  @Test
  void manyEndpointsAreRememberedBeyondTheFirstTable() {
    int[] numbers = new int[3000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    List<EndpointSpec> specs = new ArrayList<>();
    for (int n : numbers) {
      specs.add(
          new EndpointSpec(
              new io.igw.api.EndpointId("default", String.format("pod-%05d", n)),
              "10.0." + (n >> 8) + "." + (n & 255),
              8000,
              0,
              Map.of()));
    }
    pool.replaceAll(specs);
    for (int i = 0; i < 2500; i++) {
      pick();
    }
    assertThat(pick()).isEqualTo("pod-02500");
  }
}

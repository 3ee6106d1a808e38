package io.igw.scheduler.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Usage;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Made;
import io.igw.scheduler.Scheduler;
import io.igw.scheduler.TestResponse;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.PickListener;
import io.igw.spi.Plugin;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ProfileResults;
import io.igw.spi.ResponseObserver;
import io.igw.spi.Scorer;
import io.igw.testkit.TestState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sessions beside other scorers, and of requests with stages (plugins-scheduling.md 5). */
class SessionStagesTest {
  private static final InferenceRequest REQUEST =
      InferenceRequest.builder().header("x-session-id", "a").build();

  private final Made made = new Made();
  private final EndpointPool pool = EndpointPool.builder().nanoClock(made::now).build();

  /** The endpoint that another scorer wants, -1 for none. */
  private int wanted = -1;

  /** An endpoint that is no candidate, -1 for none. */
  private int absent = -1;

  /** Where the last request was prefilled. */
  private EndpointId prefill;

  private void members(int count) {
    pool.replaceAll(
        IntStream.range(0, count)
            .mapToObj(n ->
                new EndpointSpec(
                    new EndpointId("default", "pod-" + n), "10.0.0." + n, 8000, 0, Map.of()))
            .toList());
  }

  private static String name(Decision decision) {
    decision.complete(Usage.UNKNOWN);
    return decision.endpoint().id().name();
  }

  @Test
  void anOutvotedSessionStaysBoundUnlessItsEndpointWasNoCandidate() {
    members(3);
    Scorer session =
        made.make(Scorer.class, "session-affinity-scorer", Map.of("strategy", "session_id"));
    Scorer other =
        (cycle, candidates, scores) -> {
          for (int i = 0; i < candidates.size(); i++) {
            scores[i] = candidates.ordinal(i) == wanted ? 1 : 0;
          }
        };
    Filter without =
        (cycle, candidates) -> candidates.retainIf(i -> candidates.ordinal(i) != absent);
    Scheduler scheduler =
        Scheduler.builder(pool)
            .schema(made.schema)
            .nanoClock(made::now)
            .slowStart(Duration.ZERO)
            .listener("session", (PickListener) session)
            .profile(
                "default",
                p -> p.filter("f", without).scorer("session", session, 1).scorer("o", other, 5))
            .build();
    wanted = 0;
    assertThat(pick(scheduler)).isEqualTo("pod-0");
    wanted = 1;
    assertThat(pick(scheduler)).as("outvoted").isEqualTo("pod-1");
    wanted = -1;
    assertThat(pick(scheduler)).as("still bound").isEqualTo("pod-0");
    absent = 0;
    wanted = 2;
    assertThat(pick(scheduler)).as("no candidate").isEqualTo("pod-2");
    absent = -1;
    wanted = -1;
    assertThat(pick(scheduler)).as("has moved").isEqualTo("pod-2");
  }

  private static String pick(Scheduler scheduler) {
    return name((Decision) scheduler.schedule(REQUEST, new TestState()));
  }

  /** Prefill may go to 1 and 2, decode to 0 alone; decode is the destination. */
  private Scheduler staged(Plugin affinity) {
    return Scheduler.builder(pool)
        .schema(made.schema)
        .nanoClock(made::now)
        .slowStart(Duration.ZERO)
        .listener("session", (PickListener) affinity)
        .listener("seen", (cycle, results, primary) -> prefill = results.picked("prefill", 0).id())
        .profile(
            "prefill",
            p ->
                p.filter("p", (cycle, all) -> all.retainIf(i -> all.ordinal(i) > 0))
                    .filter("session", (Filter) affinity))
        .profile("decode", p -> p.filter("d", (c, all) -> all.retainIf(i -> all.ordinal(i) == 0)))
        .profileHandler(new Stages())
        .build();
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
  void aSessionIsBoundToTheTargetOfTheProfileThatIsNamed() {
    members(4);
    Filter filter =
        made.make(
            Filter.class,
            "session-affinity-filter",
            Map.of("strategy", "session_id", "profileName", "prefill"));
    Scheduler scheduler = staged(filter);
    assertThat(pick(scheduler)).isEqualTo("pod-0");
    EndpointId first = prefill;
    for (int i = 0; i < 20; i++) {
      assertThat(pick(scheduler)).isEqualTo("pod-0");
      assertThat(prefill).isEqualTo(first);
    }
  }

  @Test
  void theTokenOfANamedProfileIsThatOfItsTarget() {
    members(2);
    Filter filter =
        made.make(Filter.class, "session-affinity-filter", Map.of("profileName", "prefill"));
    TestState state = new TestState();
    Decision decision = (Decision) staged(filter).schedule(REQUEST, state);
    assertThat(name(decision)).isEqualTo("pod-0");
    Map<String, String> headers = new HashMap<>();
    ((ResponseObserver) filter)
        .on(ResponseObserver.Event.HEADERS, state, decision, new TestResponse(200, null, headers));
    byte[] token = Base64.getDecoder().decode(headers.get("x-session-token"));
    assertThat(new String(token, StandardCharsets.UTF_8)).isEqualTo("default/pod-1");
  }
}

package io.igw.scheduler.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.Signal;
import io.igw.api.Usage;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Made;
import io.igw.scheduler.Scheduler;
import io.igw.scheduler.TestResponse;
import io.igw.spi.Admitter;
import io.igw.spi.Candidates;
import io.igw.spi.Picker;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import io.igw.spi.ResponseObserver.Event;
import io.igw.spi.Screener;
import io.igw.testkit.TestCycle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Admission against plugins-request-control.md 4 and plugins-scheduling.md 8. */
class AdmissionTest {
  private static final long SECOND = 1_000_000_000L;

  private final Made made = new Made();

  private static EndpointSnapshot pool(double waiting, double kv) {
    return EndpointSnapshot.builder()
        .endpoint(Made.endpoint(0, Map.of()))
        .endpoint(Made.endpoint(1, Map.of()))
        .value(Signal.WAITING_REQUESTS, 0, waiting, 0)
        .value(Signal.KV_CACHE_USAGE, 0, kv, 0)
        .value(Signal.WAITING_REQUESTS, 1, waiting, 0)
        .value(Signal.KV_CACHE_USAGE, 1, kv, 0)
        .build();
  }

  private static InferenceRequest priority(int priority) {
    return InferenceRequest.builder().priority(priority).build();
  }

  /** Share of refusals: (saturation^5 × 300), at most 1. */
  @ParameterizedTest
  @CsvSource({
    "-1, 0, 0, 0, 0",
    "-1, 1, 0, 0.07, 0.12",
    "-1, 0, 0.16, 0.07, 0.12",
    "-1, 2, 0, 1, 1",
    "-1, 0, 0.8, 1, 1",
    "0, 50, 1, 0, 0",
  })
  void refusedWithProbability(int priority, double waiting, double kv, double least, double most) {
    Admitter admitter = made.make(Admitter.class, "probabilistic-admitter", Map.of());
    TestCycle cycle = TestCycle.on(pool(waiting, kv)).request(priority(priority));
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
      refused += admitter.admit(cycle.seed(i), cycle.candidates()) == null ? 0 : 1;
    }
    assertThat(refused / 4000.0).isBetween(least, most);
  }

  @Test
  void aRefusalKeepsItsReason() {
    Admitter admitter = made.make(Admitter.class, "probabilistic-admitter", Map.of());
    TestCycle cycle = TestCycle.on(Made.endpoints(2)).request(priority(-1));
    Rejection denied = admitter.admit(cycle, cycle.candidates());
    assertThat(denied.reason()).isEqualTo(Reason.SATURATED);
    assertThat(denied.message())
        .isEqualTo("probabilistic-admitter: rejected, saturation=1.000 prob=1.00");
    assertThat(Made.problems("probabilistic-admitter", Map.of("power", 0))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    // priority, objective, predicted, valid, running, kv; admitted?
    "0, 100, 1, 0, 5, 0.5, true",
    "-1, 0, 1, 0, 5, 0.5, true",
    "-1, x, 1, 0, 5, 0.5, true",
    "-1, 100, 0, 0, 5, 0.5, true",
    "-1, 100, 1, 1, 5, 0.5, true",
    "-1, 100, 1, 0, 0, 0.5, true",
    "-1, 100, 1, 0, 5, 0.01, true",
    "-1, 100, 1, 0, 5, 0.5, false",
  })
  void latencyObjective(
      int priority,
      String objective,
      double predicted,
      double valid,
      double running,
      double kv,
      boolean admitted) {
    Admitter admitter = made.make(Admitter.class, "latency-slo-admitter", Map.of());
    EndpointSnapshot pool =
        EndpointSnapshot.builder()
            .endpoint(Made.endpoint(0, Map.of()))
            .value(Signal.RUNNING_REQUESTS, 0, running, 0)
            .value(Signal.KV_CACHE_USAGE, 0, kv, 0)
            .build();
    InferenceRequest request =
        InferenceRequest.builder()
            .priority(priority)
            .header("x-llm-d-slo-ttft-ms", objective)
            .build();
    TestCycle cycle = TestCycle.on(pool).request(request);
    made.latency(cycle, "present", predicted);
    made.latency(cycle, "ttftValid", valid);
    made.latency(cycle, "tpotValid", valid);
    Rejection denied = admitter.admit(cycle, cycle.candidates());
    assertThat(denied == null).isEqualTo(admitted);
    if (denied != null) {
      assertThat(denied.reason()).isEqualTo(Reason.NOT_ADMITTED);
    }
  }

  private @Nullable Rejection ask(Admitter admitter, String tenant, int tokens, long now) {
    TestCycle cycle =
        TestCycle.on(Made.endpoints(1))
            .request(
                InferenceRequest.builder().fairnessId(tenant).prompt("abcd".repeat(tokens)).build())
            .nowNanos(now);
    return admitter.admit(cycle, cycle.candidates());
  }

  @Test
  void requestRateOfATenant() {
    Admitter admitter =
        made.make(
            Admitter.class,
            "tenant-quota-admitter",
            Map.of("requestsPerSecond", 10, "burst", "1s"));
    int admitted = 0;
    for (int i = 0; i < 100; i++) {
      admitted += ask(admitter, "a", 1, 0) == null ? 1 : 0;
    }
    assertThat(admitted).isEqualTo(11);
    Rejection denied = ask(admitter, "a", 1, 0);
    assertThat(denied.reason()).isEqualTo(Reason.NOT_ADMITTED);
    assertThat(denied.retryAfter()).isEqualTo(Duration.ofMillis(100));
    assertThat(ask(admitter, "b", 1, 0)).as("another tenant").isNull();
    assertThat(ask(admitter, "a", 1, SECOND / 10)).as("after the wait").isNull();
    assertThat(ask(admitter, "a", 1, SECOND / 10)).isNotNull();
  }

  @Test
  void tokenRateOfATenant() {
    Admitter admitter =
        made.make(
            Admitter.class,
            "tenant-quota-admitter",
            Map.of("tokensPerSecond", 1000, "burst", "2s"));
    assertThat(ask(admitter, "a", 5000, 0)).as("one prompt may be long").isNull();
    Rejection denied = ask(admitter, "a", 1, 0);
    assertThat(denied.message()).contains("token rate");
    assertThat(denied.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    assertThat(ask(admitter, "a", 1, 3 * SECOND)).isNull();
    assertThat(Made.problems("tenant-quota-admitter", Map.of()))
        .anyMatch(p -> p.contains("> 0, or tokensPerSecond > 0"));
  }

  @Test
  void aRequestThatTheTokenRateRefusesCostsNothing() {
    Admitter admitter =
        made.make(
            Admitter.class,
            "tenant-quota-admitter",
            Map.of("requestsPerSecond", 10, "tokensPerSecond", 1000, "burst", "2s"));
    assertThat(ask(admitter, "a", 2500, 0)).isNull();
    for (int i = 0; i < 50; i++) {
      assertThat(ask(admitter, "a", 1, 0).message()).contains("token rate");
    }
    // A second later both are in the burst again: no refusal has used up the rate of requests.
    int admitted = 0;
    Rejection denied = null;
    while (denied == null && admitted < 100) {
      denied = ask(admitter, "a", 0, SECOND);
      admitted += denied == null ? 1 : 0;
    }
    assertThat(denied.message()).contains("request rate");
    assertThat(admitted).isEqualTo(21);
  }

  private final EndpointPool members = EndpointPool.builder().nanoClock(made::now).build();
  private final Screener outliers =
      made.make(
          Screener.class,
          "outlier-ejection",
          Map.of("consecutiveErrors", 3, "baseEjectionTime", "10s", "maxEjectedShare", 0.5));
  private final Scheduler scheduler =
      Scheduler.builder(members)
          .schema(made.schema)
          .nanoClock(made::now)
          .slowStart(Duration.ZERO)
          .screener("outliers", outliers)
          .profile("default", p -> {})
          .build();

  private void start(int count) {
    List<EndpointSpec> specs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      specs.add(
          new EndpointSpec(
              new EndpointId("default", "pod-" + i), "10.0.0." + i, 8000, 0, Map.of()));
    }
    members.replaceAll(specs);
  }

  /** Endpoints that get requests, with the number they get; those named answer with 500. */
  private Map<String, Integer> serve(int requests, String... failing) {
    Map<String, Integer> picks = new HashMap<>();
    for (int i = 0; i < requests; i++) {
      Decision decision = (Decision) scheduler.schedule(InferenceRequest.builder().build(), null);
      String name = decision.endpoint().id().name();
      picks.merge(name, 1, Integer::sum);
      answer(decision, List.of(failing).contains(name) ? 503 : 200);
    }
    return picks;
  }

  private void answer(Decision decision, int status) {
    ((ResponseObserver) outliers)
        .on(Event.HEADERS, NO_STATE, decision, new TestResponse(status, null));
    decision.complete(Usage.UNKNOWN);
  }

  @Test
  void whoKeepsFailingIsLeftOutForATime() {
    start(4);
    Map<String, Integer> picks = serve(400, "pod-2");
    assertThat(picks.get("pod-2")).isEqualTo(3);
    made.advance(10 * SECOND);
    assertThat(serve(400, "pod-2").get("pod-2")).as("one more chance").isEqualTo(1);
    made.advance(19 * SECOND);
    assertThat(serve(100)).as("twice as long").doesNotContainKey("pod-2");
    made.advance(SECOND);
    assertThat(serve(400).get("pod-2")).as("recovered").isGreaterThan(50);
  }

  @Test
  void aGoodAnswerInBetweenForgives() {
    start(1);
    start(2);
    Decision decision = (Decision) scheduler.schedule(InferenceRequest.builder().build(), null);
    answer(decision, 500);
    answer(decision, 500);
    answer(decision, 200);
    answer(decision, 500);
    answer(decision, 500);
    assertThat(serve(100)).hasSize(2);
  }

  /**
   * A gateway that walks a list tells who served: those before that one could not be reached. What
   * it does not say, or names nobody of the list, is told of the picked one.
   */
  @ParameterizedTest
  @CsvSource({
    // served: place in the list, x: another, -: not said; status; who has failed
    "-, 200, ''",
    "-, 503, 0",
    "0, 200, ''",
    "0, 500, 0",
    "1, 200, 0",
    "1, 503, 01",
    "2, 200, 01",
    "2, 500, 012",
    "x, 200, 012",
    "x, 503, 012",
  })
  void whoWasPassedOverHasFailed(String served, int status, String failed) {
    start(6);
    Screener screener =
        made.make(
            Screener.class,
            "outlier-ejection",
            Map.of("consecutiveErrors", 1, "maxEjectedShare", 0.5));
    Picker three = made.make(Picker.class, "random-picker", Map.of("maxNumOfEndpoints", 3));
    Scheduler listing =
        Scheduler.builder(members)
            .slowStart(Duration.ZERO)
            .profile("default", p -> p.picker("picker", three))
            .build();
    Decision decision = (Decision) listing.schedule(InferenceRequest.builder().build(), null);
    List<Endpoint> listed = new ArrayList<>(List.of(decision.endpoint()));
    listed.addAll(decision.fallbacks());
    assertThat(listed).hasSize(3);
    String hostPort =
        switch (served) {
          case "-" -> null;
          case "x" -> "10.9.9.9:8000";
          default -> listed.get(Integer.parseInt(served)).hostPort();
        };
    ((ResponseObserver) screener)
        .on(Event.HEADERS, NO_STATE, decision, new TestResponse(status, hostPort));
    TestCycle cycle = TestCycle.on(members.snapshot()).nowNanos(made.now());
    Candidates candidates = cycle.candidates();
    screener.screen(cycle, candidates);
    List<String> left = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      left.add(members.snapshot().endpoint(candidates.ordinal(i)).id().name());
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      expected.add("pod-" + i);
    }
    failed.chars().forEach(c -> expected.remove(listed.get(c - '0').id().name()));
    assertThat(left).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void onlyAShareIsLeftOut() {
    start(4);
    serve(400, "pod-0", "pod-1", "pod-2", "pod-3");
    assertThat(serve(400)).hasSize(2);
    start(1);
    assertThat(serve(10)).as("the last one stays").hasSize(1);
  }

  /** How many of the endpoints still get requests when all of them fail. */
  @ParameterizedTest
  @CsvSource({
    "0, 4, 4",
    "0.3, 2, 2",
    "0.3, 3, 3",
    "0.3, 4, 3",
    "0.3, 10, 7",
    "0.29, 100, 71",
    "0.5, 2, 1"
  })
  void theShareIsRoundedDown(double share, int endpoints, int left) {
    Screener screener =
        made.make(
            Screener.class,
            "outlier-ejection",
            Map.of("consecutiveErrors", 1, "maxEjectedShare", share));
    start(endpoints);
    TestCycle cycle = TestCycle.on(members.snapshot()).nowNanos(made.now());
    Scheduler all =
        Scheduler.builder(members).slowStart(Duration.ZERO).profile("default", p -> {}).build();
    for (int i = 0; i < 40 * endpoints; i++) {
      Decision decision = (Decision) all.schedule(InferenceRequest.builder().build(), null);
      ((ResponseObserver) screener)
          .on(Event.HEADERS, NO_STATE, decision, new TestResponse(503, null));
    }
    Candidates candidates = cycle.candidates();
    screener.screen(cycle, candidates);
    assertThat(candidates.size()).isEqualTo(left);
  }

  private static final RequestState NO_STATE =
      new RequestState() {
        @Override
        public <T> @Nullable T get(RequestKey<T> key) {
          return null;
        }

        @Override
        public <T> void set(RequestKey<T> key, T value) {}
      };
}

package io.igw.scheduler.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Usage;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Made;
import io.igw.scheduler.Scheduler;
import io.igw.scheduler.TestResponse;
import io.igw.spi.Filter;
import io.igw.spi.PickListener;
import io.igw.spi.ResponseObserver;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import io.igw.testkit.TestState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Session affinity against plugins-scheduling.md 5 and 8. */
class SessionAffinityTest {
  private static final long SECOND = 1_000_000_000L;

  private final Made made = new Made();
  private final EndpointPool pool = EndpointPool.builder().nanoClock(made::now).build();

  private static String token(String id) {
    return Base64.getEncoder().encodeToString(id.getBytes(StandardCharsets.UTF_8));
  }

  private static InferenceRequest with(String header, String value) {
    return InferenceRequest.builder().header(header, value).build();
  }

  @ParameterizedTest
  @CsvSource({"default/pod-001, 1", "default/pod-009, -1", "pod-001, -1"})
  void theTokenNamesAnEndpoint(String id, int pinned) {
    Filter filter = made.make(Filter.class, "session-affinity-filter", Map.of());
    Scorer scorer = made.make(Scorer.class, "session-affinity-scorer", Map.of());
    InferenceRequest request = with("x-session-token", token(id));
    TestCycle cycle = TestCycle.on(Made.endpoints(3)).request(request);
    assertThat(cycle.score(scorer)).containsExactly(0, pinned == 1 ? 1 : 0, 0);
    assertThat(cycle.filter(filter)).hasSize(pinned < 0 ? 3 : 1);
    assertThat(cycle.only(0, 2).filter(filter)).as("no candidate").containsExactly(0, 2);
  }

  @ParameterizedTest
  @CsvSource({"'%%%'", "''", "'ZGVmYXVsdC9wb2QtMDAx.AAAA'"})
  void aTokenThatIsNoneIsIgnored(String token) {
    Filter filter = made.make(Filter.class, "session-affinity-filter", Map.of());
    TestCycle cycle = TestCycle.on(Made.endpoints(3)).request(with("x-session-token", token));
    assertThat(cycle.filter(filter)).hasSize(3);
  }

  @Test
  void theResponseCarriesTheToken() {
    ResponseObserver observer =
        made.make(
            ResponseObserver.class,
            "session-affinity-scorer",
            Map.of("encodedEndpointHeaderConfig", Map.of("header", " X-Pin ")));
    assertThat(observer.interests()).containsExactly(ResponseObserver.Event.HEADERS);
    TestResponse response = new TestResponse(200, null);
    observer.on(ResponseObserver.Event.HEADERS, new TestState(), decision(1), response);
    assertThat(response.headers()).containsExactly(Map.entry("x-pin", token("default/pod-001")));
  }

  @Test
  void anotherProfilesTargetIsCarriedIfItRan() {
    ResponseObserver observer =
        made.make(
            ResponseObserver.class, "session-affinity-filter", Map.of("profileName", "prefill"));
    TestResponse response = new TestResponse(200, null);
    TestState state = new TestState();
    observer.on(ResponseObserver.Event.HEADERS, state, decision(1), response);
    assertThat(response.headers()).isEmpty();
    state.set(
        made.schema.requestKey("session-target/session-affinity-filter", Endpoint.class),
        Made.endpoint(2, Map.of()));
    observer.on(ResponseObserver.Event.HEADERS, state, decision(1), response);
    assertThat(response.headers()).containsValue(token("default/pod-002"));
  }

  @Test
  void signedTokensCannotBeMadeUp(@TempDir Path folder) throws IOException {
    Path key = Files.write(folder.resolve("key"), new byte[32]);
    Map<String, ?> parameters =
        Map.of("encodedEndpointHeaderConfig", Map.of("signingKeyFile", key.toString()));
    Filter filter = made.make(Filter.class, "session-affinity-filter", parameters);
    TestResponse response = new TestResponse(200, null);
    ((ResponseObserver) filter)
        .on(ResponseObserver.Event.HEADERS, new TestState(), decision(1), response);
    String signed = response.headers().get("x-session-token");
    assertThat(kept(filter, signed)).isEqualTo(1);
    assertThat(kept(filter, token("default/pod-001"))).as("not signed").isEqualTo(3);
    String other = token("default/pod-002") + signed.substring(signed.indexOf('.'));
    assertThat(kept(filter, other)).as("another's signature").isEqualTo(3);
    assertThat(
            Made.problems(
                "session-affinity-filter",
                Map.of("encodedEndpointHeaderConfig", Map.of("signingKeyFile", "/no/such"))))
        .anyMatch(p -> p.contains("a file that can be read"));
  }

  @Test
  void aTokenThatIsNoneIsToldOnceAMinuteWithoutItsValue() {
    Filter filter = made.make(Filter.class, "session-affinity-filter", Map.of());
    List<String> told = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            told.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger log = Logger.getLogger(EncodedPins.class.getName());
    log.addHandler(handler);
    try {
      for (long seconds : new long[] {0, 1, 59, 60, 61}) {
        TestCycle.on(Made.endpoints(3))
            .request(with("x-session-token", "%secret%"))
            .nowNanos(seconds * 1_000_000_000L)
            .filter(filter);
      }
      assertThat(kept(filter, token("default/pod-001"))).isEqualTo(1);
    } finally {
      log.removeHandler(handler);
    }
    assertThat(told).hasSize(2).allMatch(text -> text.contains("x-session-token"));
    assertThat(told).noneMatch(text -> text.contains("secret"));
  }

  private static int kept(Filter filter, String token) {
    return TestCycle.on(Made.endpoints(3))
        .request(with("x-session-token", token))
        .filter(filter)
        .length;
  }

  @Test
  void badParametersAreNamed() {
    assertThat(Made.problems("session-affinity-filter", Map.of("strategy", "sticky")))
        .anyMatch(p -> p.contains("'encoded_endpoint_header' or 'session_id'"));
    assertThat(
            Made.problems(
                "session-affinity-filter",
                Map.of("sessionIdConfig", Map.of("sources", List.of(Map.of())))))
        .anyMatch(p -> p.contains("exactly one of header and attribute"));
  }

  private Scheduler sessions(Map<String, ?> config) {
    Filter filter =
        made.make(
            Filter.class,
            "session-affinity-filter",
            Map.of("strategy", "session_id", "sessionIdConfig", config));
    return Scheduler.builder(pool)
        .schema(made.schema)
        .nanoClock(made::now)
        .slowStart(Duration.ZERO)
        .listener("session", (PickListener) filter)
        .profile("default", p -> p.filter("session", filter))
        .build();
  }

  private void members(int... numbers) {
    List<EndpointSpec> specs = new ArrayList<>();
    for (int n : numbers) {
      specs.add(
          new EndpointSpec(
              new EndpointId("default", "pod-" + n), "10.0.0." + n, 8000, 0, Map.of()));
    }
    pool.replaceAll(specs);
  }

  private String pick(Scheduler scheduler, String header, String session) {
    Decision decision = (Decision) scheduler.schedule(with(header, session), new TestState());
    String name = decision.endpoint().id().name();
    // Stays in flight, so that an unbound request goes elsewhere.
    return name;
  }

  @Test
  void aSessionStaysWhereItBegan() {
    members(0, 1, 2);
    Scheduler scheduler = sessions(Map.of());
    String first = pick(scheduler, "x-session-id", "a");
    for (int i = 0; i < 20; i++) {
      assertThat(pick(scheduler, "x-session-id", "a")).isEqualTo(first);
    }
    assertThat(pick(scheduler, "x-session-id", "b")).isNotEqualTo(first);
  }

  @Test
  void aSessionMovesWhenItsEndpointHasLeft() {
    members(0, 1, 2);
    Scheduler scheduler = sessions(Map.of());
    String first = pick(scheduler, "x-session-id", "a");
    int[] left =
        java.util.stream.IntStream.range(0, 3).filter(n -> !first.equals("pod-" + n)).toArray();
    members(left);
    String second = pick(scheduler, "x-session-id", "a");
    assertThat(second).isNotEqualTo(first);
    members(0, 1, 2);
    assertThat(pick(scheduler, "x-session-id", "a")).as("does not go back").isEqualTo(second);
  }

  @Test
  void aBindingOlderThanItsTimeIsNotHonoured() {
    members(0, 1, 2, 3, 4, 5, 6, 7);
    Scheduler scheduler = sessions(Map.of("evictionTtlSeconds", 10));
    String first = pick(scheduler, "x-session-id", "a");
    made.advance(9 * SECOND);
    assertThat(pick(scheduler, "x-session-id", "a")).isEqualTo(first);
    made.advance(9 * SECOND);
    assertThat(pick(scheduler, "x-session-id", "a")).as("was used since").isEqualTo(first);
    made.advance(10 * SECOND);
    // Three requests are in flight at the first endpoint, none at the others.
    assertThat(pick(scheduler, "x-session-id", "a")).isNotEqualTo(first);
  }

  @Test
  void theFirstSourceWithAValueCounts() {
    members(0, 1, 2);
    Scheduler scheduler =
        sessions(Map.of("sources", List.of(Map.of("header", "X-One"), Map.of("header", "x-two"))));
    String first = pick(scheduler, "x-two", "a");
    assertThat(pick(scheduler, "x-two", " a ")).isEqualTo(first);
    assertThat(pick(scheduler, "x-one", "a")).as("the id, not the header").isEqualTo(first);
  }

  private static Decision decision(int n) {
    EndpointPool pool = EndpointPool.builder().build();
    Endpoint endpoint = Made.endpoint(n, Map.of());
    pool.upsert(new EndpointSpec(endpoint.id(), endpoint.host(), endpoint.port(), 0, Map.of()));
    Decision decision =
        (Decision)
            Scheduler.builder(pool)
                .profile("default", p -> {})
                .build()
                .schedule(InferenceRequest.builder().build(), null);
    decision.complete(Usage.UNKNOWN);
    return decision;
  }
}

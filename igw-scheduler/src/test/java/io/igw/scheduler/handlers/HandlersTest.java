package io.igw.scheduler.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Made;
import io.igw.scheduler.Scheduler;
import io.igw.scheduler.SchedulerBuilder;
import io.igw.spi.ProfileHandler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profile handlers against plugins-scheduling.md 6. */
class HandlersTest {
  private final EndpointPool pool = EndpointPool.builder().build();

  HandlersTest() {
    pool.replaceAll(
        List.of(
            new EndpointSpec(new EndpointId("default", "a"), "10.0.0.1", 8001, 1, Map.of()),
            new EndpointSpec(new EndpointId("default", "b"), "10.0.0.1", 8002, 2, Map.of())));
  }

  private SchedulerBuilder scheduler(String type, Map<String, ?> parameters) {
    return Scheduler.builder(pool)
        .profileHandler(new Made().make(ProfileHandler.class, type, parameters));
  }

  private static void only(io.igw.scheduler.Profile.Builder profile, int position) {
    profile.filter("only", (cycle, candidates) -> candidates.retainIf(i -> i == position));
  }

  private Outcome named(String header, String value) {
    return scheduler("header-profile-handler", Map.of("defaultProfile", "one"))
        .profile("one", p -> only(p, 0))
        .profile("two", p -> only(p, 1))
        .build()
        .schedule(InferenceRequest.builder().header(header, value).build(), null);
  }

  @ParameterizedTest
  @CsvSource({
    "EPP-Profile, two, b",
    "epp-profile, ' two ', b",
    "epp-profile, one, a",
    "epp-profile, '', a",
    "other, two, a",
  })
  void theHeaderNamesTheProfile(String header, String value, String picked) {
    assertThat(((Decision) named(header, value)).endpoint().id().name()).isEqualTo(picked);
  }

  @ParameterizedTest
  @CsvSource({"three", "Two"})
  void anUnknownProfileIsTheClientsError(String value) {
    Rejection rejection = (Rejection) named("epp-profile", value);
    assertThat(rejection.reason()).isEqualTo(Reason.BAD_REQUEST);
    assertThat(rejection.message())
        .isEqualTo("epp-profile: no profile '" + value + "' (expected: one of [one, two])");
  }

  @Test
  void theOnlyProfileRunsWhateverTheHeaderSays() {
    Outcome outcome =
        scheduler("header-profile-handler", Map.of())
            .profile("one", p -> only(p, 1))
            .build()
            .schedule(InferenceRequest.builder().header("epp-profile", "x").build(), null);
    assertThat(((Decision) outcome).endpoint().id().name()).isEqualTo("b");
  }

  @ParameterizedTest
  @CsvSource({"8000, 10.0.0.1:8000", "0, 10.0.0.1:8002"})
  void ranksShareAPort(int port, String destination) {
    Decision decision =
        (Decision)
            scheduler("data-parallel-profile-handler", Map.of("primaryPort", port))
                .profile("one", p -> only(p, 1))
                .build()
                .schedule(InferenceRequest.builder().build(), null);
    assertThat(decision.destination()).isEqualTo(destination);
    assertThat(decision.headers())
        .containsExactly(Map.entry("x-data-parallel-host-port", "10.0.0.1:8002"));
    assertThat(decision.endpoint().id().name()).isEqualTo("b");
    assertThat(decision.served(destination)).isTrue();
    assertThat(pool.inFlightRequests(decision.endpoint())).isEqualTo(1);
    assertThat(decision.served("10.0.0.1:8001")).isEqualTo(port == 0);
  }

  @Test
  void badParametersAreNamed() {
    assertThat(Made.problems("data-parallel-profile-handler", Map.of("primaryPort", 70000)))
        .hasSize(1);
    assertThat(Made.problems("header-profile-handler", Map.of("headerName", " "))).hasSize(1);
  }
}

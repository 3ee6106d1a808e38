package io.igw.scheduler.responses;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.scheduler.Made;
import io.igw.scheduler.TestResponse;
import io.igw.spi.ResponseObserver;
import io.igw.spi.ResponseObserver.Event;
import io.igw.testkit.TestState;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServedVerifierTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "none, fail: missing envoy lb metadata",
        "'', fail: missing destination endpoint served metadata",
        "10.0.0.1:8000, 10.0.0.1:8000"
      })
  void tellsWhatTheDataPlaneSays(@Nullable String served, String header) {
    ResponseObserver verifier =
        new Made().make(ResponseObserver.class, "destination-endpoint-served-verifier", Map.of());
    assertThat(verifier.interests()).containsExactly(Event.HEADERS);
    TestResponse response = new TestResponse(200, served);
    verifier.on(Event.HEADERS, new TestState(), null, response);
    assertThat(response.headers()).isEqualTo(Map.of("x-conformance-test-served-endpoint", header));
  }
}

package io.igw.scheduler.responses;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Usage;
import io.igw.scheduler.Made;
import io.igw.spi.ResponseObserver;
import io.igw.spi.ResponseObserver.Event;
import io.igw.testkit.TestState;
import java.util.Map;
import java.util.TreeMap;
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
    Map<String, String> headers = new TreeMap<>();
    ResponseObserver.Response response =
        new ResponseObserver.Response() {
          @Override
          public @Nullable String served() {
            return served;
          }

          @Override
          public int status() {
            return 200;
          }

          @Override
          public Usage usage() {
            return Usage.UNKNOWN;
          }

          @Override
          public long bytes() {
            return 0;
          }

          @Override
          public void header(String name, String value) {
            headers.put(name, value);
          }

          @Override
          public void metadata(String namespace, String key, double value) {
            throw new AssertionError("no metadata is due");
          }
        };
    verifier.on(Event.HEADERS, new TestState(), null, response);
    assertThat(headers).isEqualTo(Map.of("x-conformance-test-served-endpoint", header));
  }
}

package io.igw.scheduler.filters;

import static io.igw.scheduler.filters.FiltersTest.ordinals;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.scheduler.Made;
import io.igw.spi.Filter;
import io.igw.testkit.TestCycle;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** header-based-testing-filter against plugins-scheduling.md 2.11 and epp-protocol.md 7. */
class HeaderTestingFilterTest {
  private final Filter filter =
      new Made().make(Filter.class, "header-based-testing-filter", Map.of());

  /** Ordinals that it keeps of a request whose header has these lines. */
  private int[] kept(EndpointSnapshot snapshot, String... lines) {
    InferenceRequest.Builder request = InferenceRequest.builder();
    for (String line : lines) {
      request.header("test-epp-endpoint-selection", line);
    }
    return TestCycle.on(snapshot).request(request.build()).filter(filter);
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "'10.0.0.1', '1'",
    "'10.0.0.2:8000,10.0.0.0', '0 2'",
    "'10.0.0.1:9999', ''",
    "' 10.0.0.1 , 10.9.9.9, 10.0.0.1', '1'",
  })
  void testingFilterKeepsWhatTheHeaderLists(String header, String kept) {
    assertThat(kept(Made.endpoints(3), header)).containsExactly(ordinals(kept));
  }

  /** Rule EPP-32. */
  @Test
  void testingFilterReadsEveryLineOfTheHeader() {
    assertThat(kept(Made.endpoints(3), "10.0.0.0", "10.0.0.2")).containsExactly(0, 2);
  }

  /** Ports of one address: epp-protocol.md 7. */
  @ParameterizedTest
  @CsvSource({
    "'10.0.0.1', '0 1 2'",
    "'10.0.0.1:3002', '1'",
    "'10.0.0.1:3004,10.0.0.1:3000', '0 2'",
    "'10.0.0.1:9999', ''",
    "'2001:db8::1', '3'",
    "'[2001:db8::1]', '3'",
    "'[2001:db8::1]:3000', '3'",
  })
  void testingFilterKeepsAllPortsOfAnAddress(String header, String kept) {
    EndpointSnapshot.Builder ranks = EndpointSnapshot.builder();
    for (int i = 0; i < 4; i++) {
      ranks.endpoint(
          Endpoint.of(
              new EndpointId("default", "e" + i),
              i < 3 ? "10.0.0.1" : "2001:db8::1",
              3000 + 2 * i % 6,
              Map.of(),
              i,
              0));
    }
    assertThat(kept(ranks.build(), header)).containsExactly(ordinals(kept));
  }

  @Test
  void testingFilterWithoutHeaderKeepsNothing() {
    assertThat(kept(Made.endpoints(3))).isEmpty();
  }
}

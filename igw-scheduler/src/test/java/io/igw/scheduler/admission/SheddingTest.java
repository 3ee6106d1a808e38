package io.igw.scheduler.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.scheduler.Made;
import io.igw.spi.Admitter;
import io.igw.testkit.TestCycle;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What admitters read of several endpoints (plugins-request-control.md 4). */
class SheddingTest {
  private final Made made = new Made();

  /** The saturation is the mean over endpoints of the larger of their two shares. */
  @ParameterizedTest
  @CsvSource({
    // waiting and KV-cache use of two endpoints; -: never seen; saturation
    "1, 0, 2, 0, 0.300",
    "1, 0.4, 0, 0.16, 0.350",
    "2.5, -, 0, 0, 0.250",
    "-, 0.4, 0, 0, 0.250",
    "-, -, 0, 0, 0.500",
    "-, -, 4, 0.1, 0.900",
  })
  void saturationIsAMean(String waiting, String kv, String others, String otherKv, String mean) {
    Admitter certain =
        made.make(Admitter.class, "probabilistic-admitter", Map.of("k", 1e9, "power", 2));
    EndpointSnapshot.Builder pool =
        EndpointSnapshot.builder()
            .endpoint(Made.endpoint(0, Map.of()))
            .endpoint(Made.endpoint(1, Map.of()));
    report(pool, Signal.WAITING_REQUESTS, waiting, others);
    report(pool, Signal.KV_CACHE_USAGE, kv, otherKv);
    TestCycle cycle =
        TestCycle.on(pool.build()).request(InferenceRequest.builder().priority(-1).build());
    assertThat(certain.admit(cycle, cycle.candidates()).message())
        .isEqualTo("probabilistic-admitter: rejected, saturation=" + mean + " prob=1.00");
  }

  private static void report(EndpointSnapshot.Builder pool, Signal signal, String... values) {
    for (int i = 0; i < values.length; i++) {
      if (!values[i].equals("-")) {
        pool.value(signal, i, Double.parseDouble(values[i]), 0);
      }
    }
  }

  /** Both predictions of one endpoint must hold; those of two do not add up. */
  @ParameterizedTest
  @CsvSource({
    "x-llm-d-slo-ttft-ms, 0, 1, 1, 0, false",
    "x-slo-ttft-ms, 0, 1, 1, 0, false",
    "x-llm-d-slo-tpot-ms, 0, 0, 1, 0, false",
    "x-slo-tpot-ms, 0, 0, 0, 1, false",
    "x-slo-tpot-ms, 0, 1, 1, 1, true",
    "x-llm-d-slo-ttft-ms, 1, 1, 0, 0, true",
    "x-slo-other-ms, 0, 0, 0, 0, true",
  })
  void oneEndpointMustMeetBothObjectives(
      String header, double ttft0, double tpot0, double ttft1, double tpot1, boolean admitted) {
    Admitter admitter = made.make(Admitter.class, "latency-slo-admitter", Map.of());
    EndpointSnapshot.Builder pool =
        EndpointSnapshot.builder()
            .endpoint(Made.endpoint(0, Map.of()))
            .endpoint(Made.endpoint(1, Map.of()));
    report(pool, Signal.RUNNING_REQUESTS, "5", "5");
    report(pool, Signal.KV_CACHE_USAGE, "0.5", "0.5");
    TestCycle cycle =
        TestCycle.on(pool.build())
            .request(InferenceRequest.builder().priority(-1).header(header, "100").build());
    made.latency(cycle, "present", 1, 1);
    made.latency(cycle, "ttftValid", ttft0, ttft1);
    made.latency(cycle, "tpotValid", tpot0, tpot1);
    assertThat(admitter.admit(cycle, cycle.candidates()) == null).isEqualTo(admitted);
  }
}

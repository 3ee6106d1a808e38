package io.igw.scheduler.scorers;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.scheduler.Made;
import io.igw.spi.Scorer;
import io.igw.testkit.TestCycle;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More load never raises an endpoint's load score, whatever the others have. */
class LoadMonotonyTest {
  private static final int ROUNDS = 2000;

  /** Load of each endpoint: waiting, running, KV-cache use, requests and tokens in flight. */
  private static double[][] loads(RandomGenerator random, int endpoints) {
    double[][] loads = new double[endpoints][];
    for (int i = 0; i < endpoints; i++) {
      loads[i] =
          new double[] {
            random.nextInt(20),
            random.nextInt(20),
            random.nextInt(11) / 10.0,
            random.nextInt(20),
            random.nextInt(20) * 500.0
          };
    }
    return loads;
  }

  private static double[] more(RandomGenerator random, double[] load) {
    return new double[] {
      load[0] + random.nextInt(5),
      load[1] + random.nextInt(5),
      Math.min(1, load[2] + random.nextInt(4) / 10.0),
      load[3] + random.nextInt(5),
      load[4] + random.nextInt(5) * 300
    };
  }

  private static double[] score(Scorer scorer, double[][] loads) {
    EndpointSnapshot.Builder pool = EndpointSnapshot.builder();
    for (int i = 0; i < loads.length; i++) {
      EndpointId id = new EndpointId("default", "pod-" + i);
      pool.endpoint(Endpoint.of(id, "10.0.0." + i, 8000, Map.of(), i, 1));
      pool.value(Signal.WAITING_REQUESTS, i, loads[i][0], 0);
      pool.value(Signal.RUNNING_REQUESTS, i, loads[i][1], 0);
      pool.value(Signal.KV_CACHE_USAGE, i, loads[i][2], 0);
    }
    TestCycle cycle = TestCycle.on(pool.build());
    for (int i = 0; i < loads.length; i++) {
      cycle.inFlight(i, loads[i][3], loads[i][4]);
    }
    return cycle.score(scorer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "queue-scorer",
        "kv-cache-utilization-scorer",
        "running-requests-size-scorer",
        "active-request-scorer",
        "token-load-scorer",
        "load-aware-scorer",
        "latency-scorer"
      })
  void moreLoadNeverRaisesTheScore(String type) {
    Scorer scorer = new Made().make(Scorer.class, type, Map.of());
    RandomGenerator random = new SplittableRandom(type.hashCode());
    boolean lowered = false;
    for (int round = 0; round < ROUNDS; round++) {
      double[][] loads = loads(random, 1 + random.nextInt(8));
      int busier = random.nextInt(loads.length);
      double before = score(scorer, loads)[busier];
      loads[busier] = more(random, loads[busier]);
      double after = score(scorer, loads)[busier];
      assertThat(after).as("round %d", round).isLessThanOrEqualTo(before + 1e-12);
      lowered |= after < before;
    }
    assertThat(lowered).as("load counts at all").isTrue();
  }
}

package io.igw.scheduler.scorers;

import io.igw.api.Signal;
import io.igw.scheduler.Made;
import io.igw.spi.Scorer;
import io.igw.testkit.ScorerContract;
import io.igw.testkit.TestCycle;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;

/** Every scorer of the package keeps the contract. */
class ScorerContractsTest {
  /** With prefix matches, predictions and media at random. */
  abstract static class Scorers extends ScorerContract {
    private final Made made = new Made();
    private final String type;
    private final Map<String, ?> parameters;

    Scorers(String type, Map<String, ?> parameters) {
      this.type = type;
      this.parameters = parameters;
    }

    @Override
    protected Scorer scorer() {
      return made.make(Scorer.class, type, parameters);
    }

    @Override
    protected void prepare(TestCycle cycle, RandomGenerator random) {
      int size = cycle.snapshot().size();
      if (random.nextBoolean()) {
        made.prefix(cycle, 4, random.doubles(size, 0, 5).map(Math::floor).toArray());
      }
      made.latency(cycle, "present", random.doubles(size, 0, 2).map(Math::floor).toArray());
      made.latency(cycle, "ttftHeadroom", random.doubles(size, -5, 5).toArray());
      made.latency(cycle, "tpotHeadroom", random.doubles(size, -5, 5).toArray());
      String media = "mm-embeddings-cache-producer";
      made.put(
          cycle,
          "MultiModalEncoderCacheMatchInfo.matchedSize",
          media,
          random.doubles(size, 0, 9).toArray());
      made.put(
          cycle,
          "MultiModalEncoderCacheMatchInfo.totalSize",
          media,
          random.doubles(size, 0, 9).toArray());
    }
  }

  @Nested
  class LoadAware extends Scorers {
    LoadAware() {
      super("load-aware-scorer", Map.of("threshold", 4));
    }
  }

  @Nested
  class Attribute extends Scorers {
    Attribute() {
      super(
          "endpoint-attribute-scorer",
          Map.of(
              "attributeKey",
              Signal.KV_CACHE_USAGE.name(),
              "algorithm",
              Map.of("type", "linear_lower_is_better")));
    }
  }

  @Nested
  class HeaderLabel extends Scorers {
    HeaderLabel() {
      super(
          "header-label-affinity-scorer",
          Map.of("headerName", "x-role", "labelKey", "llm-d.ai/role"));
    }
  }

  @Nested
  class Topology extends Scorers {
    Topology() {
      super("topology-affinity-scorer", Map.of());
    }
  }

  @Nested
  class Media extends Scorers {
    Media() {
      super("mm-embeddings-cache-scorer", Map.of());
    }
  }

  @Nested
  class NoHitLru extends Scorers {
    NoHitLru() {
      super("no-hit-lru-scorer", Map.of());
    }

    @Override
    protected boolean ranksTiesByPlace() {
      return true;
    }
  }

  @Nested
  class Latency extends Scorers {
    Latency() {
      super("latency-scorer", Map.of());
    }
  }

  @Nested
  class ClusterQueue extends Scorers {
    ClusterQueue() {
      super("multicluster-queue-scorer", Map.of());
    }
  }

  @Nested
  class ClusterCache extends Scorers {
    ClusterCache() {
      super("multicluster-kv-cache-utilization-scorer", Map.of());
    }
  }

  @Nested
  class Session extends Scorers {
    Session() {
      super("session-affinity-scorer", Map.of());
    }
  }
}

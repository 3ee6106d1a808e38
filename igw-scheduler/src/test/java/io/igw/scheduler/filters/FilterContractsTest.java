package io.igw.scheduler.filters;

import io.igw.api.Signal;
import io.igw.scheduler.Made;
import io.igw.spi.Filter;
import io.igw.spi.Scorer;
import io.igw.testkit.FilterContract;
import io.igw.testkit.ScorerContract;
import io.igw.testkit.TestCycle;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;

/** Every filter of the package keeps the contract. */
class FilterContractsTest {
  /** With prefix matches and predictions at random. */
  abstract static class Filters extends FilterContract {
    private final Made made = new Made();
    private final String type;
    private final Map<String, ?> parameters;

    Filters(String type, Map<String, ?> parameters) {
      this.type = type;
      this.parameters = parameters;
    }

    @Override
    protected Filter filter() {
      return made.make(Filter.class, type, parameters);
    }

    @Override
    protected void prepare(TestCycle cycle, RandomGenerator random) {
      int size = cycle.snapshot().size();
      made.prefix(cycle, 4, random.doubles(size, 0, 5).map(Math::floor).toArray());
      made.latency(cycle, "present", random.doubles(size, 0, 2).map(Math::floor).toArray());
      made.latency(cycle, "ttft", random.doubles(size, 0, 900).toArray());
      made.latency(cycle, "ttftHeadroom", random.doubles(size, -5, 5).toArray());
      made.latency(cycle, "tpotHeadroom", random.doubles(size, -5, 5).toArray());
    }
  }

  @Nested
  class Attribute extends Filters {
    Attribute() {
      super(
          "endpoint-attribute-filter",
          Map.of(
              "attribute",
              Signal.WAITING_REQUESTS.name(),
              "algorithm",
              Map.of(
                  "type", "threshold", "threshold", Map.of("operator", "LessThan", "value", 4))));
    }
  }

  @Nested
  class Utilization extends Filters {
    Utilization() {
      super(
          "utilization-filter",
          Map.of("conditions", List.of(Map.of("metric", "active-requests", "maxValue", 1))));
    }
  }

  @Nested
  class PrefixAffinity extends Filters {
    PrefixAffinity() {
      super("prefix-cache-affinity-filter", Map.of("explorationProbability", 0.2));
    }
  }

  @Nested
  class Headroom extends Filters {
    Headroom() {
      super("slo-headroom-tier-filter", Map.of("epsilonExploreNeg", 0.3));
    }
  }

  @Nested
  class TopologyFilter extends Filters {
    TopologyFilter() {
      super("topology-affinity-filter", Map.of());
    }
  }

  @Nested
  class Testing extends Filters {
    Testing() {
      super("header-based-testing-filter", Map.of());
    }

    @Override
    protected boolean allocatesPerEndpoint() {
      return true;
    }
  }

  @Nested
  class ContextLength extends Filters {
    ContextLength() {
      super("context-length-aware", Map.of("enableFiltering", true));
    }
  }

  @Nested
  class ContextLengthScores extends ScorerContract {
    @Override
    protected Scorer scorer() {
      return new Made().make(Scorer.class, "context-length-aware", Map.of());
    }
  }

  @Nested
  class Concurrency extends Filters {
    Concurrency() {
      super("concurrency-detector", Map.of("maxConcurrency", 2));
    }
  }

  @Nested
  class SessionFilter extends Filters {
    SessionFilter() {
      super("session-affinity-filter", Map.of());
    }
  }
}

package io.igw.scheduler.plugins;

import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import io.igw.testkit.FilterContract;
import io.igw.testkit.PickerContract;
import io.igw.testkit.ScorerContract;
import io.igw.testkit.TestCycle;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;

/** The built-in plugins keep the contracts that strangers' plugins are held to. */
class BuiltInContractsTest {
  @Nested
  class Queue extends ScorerContract {
    @Override
    protected Scorer scorer() {
      return BuiltInPlugins.queueScorer();
    }
  }

  @Nested
  class Running extends ScorerContract {
    @Override
    protected Scorer scorer() {
      return BuiltInPlugins.runningRequestsScorer();
    }
  }

  @Nested
  class KvCache extends ScorerContract {
    @Override
    protected Scorer scorer() {
      return BuiltInPlugins.kvCacheUtilizationScorer();
    }
  }

  @Nested
  class ActiveRequests extends ScorerContract {
    @Override
    protected Scorer scorer() {
      return BuiltInPlugins.activeRequestScorer();
    }
  }

  @Nested
  class TokenLoad extends ScorerContract {
    private final BuiltIns builtIns = new BuiltIns();

    @Override
    protected Scorer scorer() {
      return builtIns.make(Scorer.class, "token-load-scorer", Map.of("queueThresholdTokens", 1000));
    }

    @Override
    protected void prepare(TestCycle cycle, RandomGenerator random) {
      for (int i = 0; i < cycle.snapshot().size(); i++) {
        cycle.put(
            builtIns.key("UncachedRequestTokens", "inflight-load-producer"),
            i,
            random.nextInt(2000) - 100);
      }
    }
  }

  @Nested
  class MaxScore extends PickerContract {
    @Override
    protected Picker picker() {
      return BuiltInPlugins.maxScorePicker(1);
    }
  }

  @Nested
  class MaxScoreOfSeveral extends PickerContract {
    @Override
    protected Picker picker() {
      return BuiltInPlugins.maxScorePicker(7);
    }
  }

  @Nested
  class Random extends PickerContract {
    @Override
    protected Picker picker() {
      return BuiltInPlugins.randomPicker(1);
    }
  }

  @Nested
  class RandomOfSeveral extends PickerContract {
    @Override
    protected Picker picker() {
      return BuiltInPlugins.randomPicker(7);
    }
  }

  @Nested
  class WeightedRandom extends PickerContract {
    @Override
    protected Picker picker() {
      return BuiltInPlugins.weightedRandomPicker(1);
    }
  }

  @Nested
  class WeightedRandomOfSeveral extends PickerContract {
    @Override
    protected Picker picker() {
      return BuiltInPlugins.weightedRandomPicker(7);
    }
  }

  @Nested
  class Utilization extends FilterContract {
    @Override
    protected Filter filter() {
      return BuiltInPlugins.utilizationFilter(Duration.ofMillis(600), 0.1);
    }
  }
}

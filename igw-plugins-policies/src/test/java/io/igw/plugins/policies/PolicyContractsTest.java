package io.igw.plugins.policies;

import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import io.igw.testkit.PickerContract;
import io.igw.testkit.ScorerContract;
import io.igw.testkit.TestCycle;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;

/** The policies keep the contracts; round robin alone does not: it remembers whose turn it is. */
class PolicyContractsTest {
  abstract static class Scorers extends ScorerContract {
    private final Made made = new Made();
    private final String type;

    Scorers(String type) {
      this.type = type;
    }

    @Override
    protected Scorer scorer() {
      return made.make(Scorer.class, type, Map.of());
    }

    @Override
    protected void prepare(TestCycle cycle, RandomGenerator random) {
      int size = cycle.snapshot().size();
      made.uncached(cycle, random.doubles(size, 0, 5000).map(Math::floor).toArray());
      made.matched(cycle, random.doubles(size, 0, 9).map(Math::floor).toArray());
    }
  }

  @Nested
  class LeastRequest extends Scorers {
    LeastRequest() {
      super("least-request-scorer");
    }
  }

  @Nested
  class Lmetric extends Scorers {
    Lmetric() {
      super("lmetric-scorer");
    }
  }

  @Nested
  class Dynamo extends Scorers {
    Dynamo() {
      super("dynamo-linear-scorer");
    }
  }

  @Nested
  class LeastLoad extends Scorers {
    LeastLoad() {
      super("least-load-scorer");
    }
  }

  @Nested
  class PrefillTime extends Scorers {
    PrefillTime() {
      super("prefill-time-scorer");
    }
  }

  @Nested
  class Sglang extends Scorers {
    Sglang() {
      super("sglang-thresholds-scorer");
    }
  }

  @Nested
  class PowerOfTwo extends PickerContract {
    @Override
    protected Picker picker() {
      return new Made().make(Picker.class, "power-of-two-picker", Map.of());
    }
  }
}

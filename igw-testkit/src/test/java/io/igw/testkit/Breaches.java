package io.igw.testkit;

import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;

/** Contracts of given plugins, for {@link ContractsTest} to run one test of. */
final class Breaches {
  private Breaches() {}

  static final class OfScorer extends ScorerContract {
    private final Scorer scorer;

    OfScorer(Scorer scorer) {
      this.scorer = scorer;
    }

    @Override
    protected Scorer scorer() {
      return scorer;
    }
  }

  static final class OfFilter extends FilterContract {
    private final Filter filter;

    OfFilter(Filter filter) {
      this.filter = filter;
    }

    @Override
    protected Filter filter() {
      return filter;
    }
  }

  static final class OfPicker extends PickerContract {
    private final Picker picker;

    OfPicker(Picker picker) {
      this.picker = picker;
    }

    @Override
    protected Picker picker() {
      return picker;
    }
  }
}

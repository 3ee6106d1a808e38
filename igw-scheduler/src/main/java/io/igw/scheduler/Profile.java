package io.igw.scheduler;

import io.igw.api.Derived;
import io.igw.api.EndpointSnapshot;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Filters, weighted scorers and a picker, in order. Immutable; what a run needs beside it is in
 * {@link ProfileRun}.
 */
public final class Profile {
  record NamedFilter(String name, Filter filter) {}

  record WeightedScorer(String name, Scorer scorer, double weight) {}

  private final String name;
  final NamedFilter[] filters;
  final WeightedScorer[] scorers;

  /** Those that depend on more than the snapshot. */
  final WeightedScorer[] requestScorers;

  private final WeightedScorer[] snapshotScorers;
  final String pickerName;
  final @Nullable Picker picker;

  /**
   * Weighted sum of the scorers that depend on the snapshot alone, by ordinal; null if there are
   * none.
   */
  final @Nullable Derived<double[]> snapshotTotals;

  private Profile(String name, Builder builder, CycleEngine engine) {
    this.name = name;
    this.filters = builder.filters.toArray(new NamedFilter[0]);
    this.scorers = builder.scorers.toArray(new WeightedScorer[0]);
    this.snapshotScorers = scorers(Scorer.Inputs.SNAPSHOT);
    this.requestScorers = scorers(Scorer.Inputs.REQUEST);
    this.pickerName = builder.pickerName;
    this.picker = builder.picker;
    this.snapshotTotals =
        snapshotScorers.length == 0 ? null : Derived.of(snapshot -> totals(engine, snapshot));
  }

  private WeightedScorer[] scorers(Scorer.Inputs inputs) {
    return Arrays.stream(scorers)
        .filter(s -> s.scorer().inputs() == inputs)
        .toArray(WeightedScorer[]::new);
  }

  String name() {
    return name;
  }

  private double[] totals(CycleEngine engine, EndpointSnapshot snapshot) {
    double[] totals = new double[snapshot.size()];
    engine.scoreSnapshot(this, snapshot, snapshotScorers, totals);
    return totals;
  }

  /** Builds a profile. Not thread-safe. */
  public static final class Builder {
    private final List<NamedFilter> filters = new ArrayList<>();
    private final List<WeightedScorer> scorers = new ArrayList<>();
    private String pickerName = "";
    private @Nullable Picker picker;

    Builder() {}

    /** Adds a filter; filters run in the order they are added. */
    public Builder filter(String name, Filter filter) {
      filters.add(new NamedFilter(name, filter));
      return this;
    }

    /** Adds a scorer. {@code weight}: any finite number. */
    public Builder scorer(String name, Scorer scorer, double weight) {
      if (!Double.isFinite(weight)) {
        throw new IllegalArgumentException("weight: " + weight + " (expected: a finite number)");
      }
      scorers.add(new WeightedScorer(name, scorer, weight));
      return this;
    }

    /** Sets the picker; without one the best score wins, ties by fewest in flight. */
    public Builder picker(String name, Picker picker) {
      this.pickerName = name;
      this.picker = picker;
      return this;
    }

    Profile build(String name, CycleEngine engine) {
      return new Profile(name, this, engine);
    }
  }
}

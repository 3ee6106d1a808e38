package io.igw.scheduler;

import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Filters, weighted scorers and a picker. Immutable. */
public final class Profile {
  private final String name;
  private final int index;
  private final Stage<Filter>[] filters;
  private final WeightedScorer[] snapshotScorers;
  private final WeightedScorer[] requestScorers;
  private final List<String> scorerNames;
  private final Stage<Picker> picker;

  private Profile(String name, int index, Builder builder, SchedulerBuilder maker) {
    this.name = name;
    this.index = index;
    filters = stages(builder.filters, maker);
    List<WeightedScorer> bySnapshot = new ArrayList<>();
    List<WeightedScorer> byRequest = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Builder.Scoring s : builder.scorers) {
      Stage<Scorer> stage = maker.stage("Scorer", s.name(), s.scorer());
      WeightedScorer scorer = new WeightedScorer(stage, s.weight(), names.size());
      names.add(s.name());
      (s.scorer().inputs() == Scorer.Inputs.SNAPSHOT ? bySnapshot : byRequest).add(scorer);
    }
    snapshotScorers = bySnapshot.toArray(new WeightedScorer[0]);
    requestScorers = byRequest.toArray(new WeightedScorer[0]);
    scorerNames = List.copyOf(names);
    Builder.Named<Picker> chosen = builder.picker;
    if (chosen == null) {
      chosen = new Builder.Named<>("best-score", BestScore::pick);
    }
    picker = maker.stage("Picker", chosen.name(), chosen.plugin());
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of one generic type
  private static Stage<Filter>[] stages(
      List<Builder.Named<Filter>> filters, SchedulerBuilder maker) {
    Stage<Filter>[] stages = new Stage[filters.size()];
    for (int i = 0; i < stages.length; i++) {
      Builder.Named<Filter> filter = filters.get(i);
      stages[i] = maker.stage("Filter", filter.name(), filter.plugin());
    }
    return stages;
  }

  String name() {
    return name;
  }

  /** Its place among the scheduler's profiles. */
  int index() {
    return index;
  }

  Stage<Filter>[] filters() {
    return filters;
  }

  /** The scorers whose sum is a function of the snapshot; they are summed first. */
  WeightedScorer[] snapshotScorers() {
    return snapshotScorers;
  }

  WeightedScorer[] requestScorers() {
    return requestScorers;
  }

  List<String> scorerNames() {
    return scorerNames;
  }

  Stage<Picker> picker() {
    return picker;
  }

  /** Collects the plugins of a profile. Not thread-safe. */
  public static final class Builder {
    private record Named<P>(String name, P plugin) {
      private Named {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(plugin, "plugin");
      }
    }

    private record Scoring(String name, Scorer scorer, double weight) {}

    private final List<Named<Filter>> filters = new ArrayList<>();
    private final List<Scoring> scorers = new ArrayList<>();
    private @Nullable Named<Picker> picker;

    Builder() {}

    /** Adds a filter; filters run in the order of these calls. */
    public Builder filter(String name, Filter filter) {
      filters.add(new Named<>(name, filter));
      return this;
    }

    /** Adds a scorer; {@code weight} is any finite number. */
    public Builder scorer(String name, Scorer scorer, double weight) {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(scorer, "scorer");
      if (!Double.isFinite(weight)) {
        throw new IllegalArgumentException("weight: " + weight + " (expected: a finite number)");
      }
      scorers.add(new Scoring(name, scorer, weight));
      return this;
    }

    /**
     * Sets the picker; default: best score, ties to the fewest in-flight requests, then at random.
     */
    public Builder picker(String name, Picker picker) {
      this.picker = new Named<>(name, picker);
      return this;
    }

    Profile build(String name, int index, SchedulerBuilder maker) {
      return new Profile(name, index, this, maker);
    }
  }
}

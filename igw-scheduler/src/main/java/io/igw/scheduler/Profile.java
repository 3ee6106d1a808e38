package io.igw.scheduler;

import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
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

  private Profile(
      String name, int index, Builder builder, Function<String, PluginFaults> faultsOf) {
    this.name = name;
    this.index = index;
    filters = stages(builder.filters, faultsOf);
    List<WeightedScorer> bySnapshot = new ArrayList<>();
    List<WeightedScorer> byRequest = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Builder.Scoring s : builder.scorers) {
      Stage<Scorer> stage = new Stage<>(s.name(), s.scorer(), faultsOf.apply(s.name()));
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
    picker = new Stage<>(chosen.name(), chosen.plugin(), faultsOf.apply(chosen.name()));
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of one generic type
  private static <P> Stage<P>[] stages(
      List<Builder.Named<P>> plugins, Function<String, PluginFaults> faultsOf) {
    Stage<P>[] stages = new Stage[plugins.size()];
    for (int i = 0; i < stages.length; i++) {
      Builder.Named<P> plugin = plugins.get(i);
      stages[i] = new Stage<>(plugin.name(), plugin.plugin(), faultsOf.apply(plugin.name()));
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

    Profile build(String name, int index, Function<String, PluginFaults> faultsOf) {
      return new Profile(name, index, this, faultsOf);
    }
  }
}

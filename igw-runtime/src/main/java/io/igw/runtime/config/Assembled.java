package io.igw.runtime.config;

import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.ProfileHandler;
import io.igw.spi.RequestParser;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration made whole: every plugin that runs, in the order that the document and the rules
 * of defaulting give, so that the same document always gives the same picker.
 *
 * @param plugins all instances by name
 * @param types their types by name
 * @param profiles scheduling profiles
 * @param handler chooses and merges profiles; null with one profile and no handler type
 * @param detector tells saturation; null if this build has none
 * @param parsers in configuration order
 * @param sources what is polled
 * @param discovery finds endpoints; null: the embedder does
 */
public record Assembled(
    Map<String, Plugin> plugins,
    Map<String, String> types,
    List<Profile> profiles,
    @Nullable Named<ProfileHandler> handler,
    @Nullable Named<SaturationDetector> detector,
    List<Named<RequestParser>> parsers,
    List<BoundSource> sources,
    @Nullable Named<Plugin> discovery) {

  /** A plugin in a role, with its name. */
  public record Named<T>(String name, T plugin) {}

  /** A scorer and its weight. */
  public record Weighted(String name, Scorer scorer, double weight) {}

  /** A profile. */
  public record Profile(
      String name,
      List<Named<Filter>> filters,
      List<Weighted> scorers,
      @Nullable Named<Picker> picker) {}

  /** A data source and what reads it. */
  public record BoundSource(Named<Plugin> source, List<Named<Plugin>> extractors) {}

  /** One line per fact, for logs and comparison. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    plugins.keySet().forEach(name -> lines.add("plugin " + name + " (" + types.get(name) + ")"));
    for (Profile profile : profiles) {
      lines.add("profile " + profile.name());
      profile.filters().forEach(f -> lines.add("  filter " + f.name()));
      profile.scorers().forEach(s -> lines.add("  scorer " + s.name() + " × " + s.weight()));
      if (profile.picker() != null) {
        lines.add("  picker " + profile.picker().name());
      }
    }
    if (handler != null) {
      lines.add("profile handler " + handler.name());
    }
    if (detector != null) {
      lines.add("saturation detector " + detector.name());
    }
    parsers.forEach(p -> lines.add("parser " + p.name()));
    for (BoundSource source : sources) {
      lines.add(
          "source "
              + source.source().name()
              + " "
              + source.extractors().stream().map(Named::name).toList());
    }
    if (discovery != null) {
      lines.add("discovery " + discovery.name());
    }
    return lines;
  }
}

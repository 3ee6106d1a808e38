package io.igw.runtime.config;

import io.igw.runtime.discovery.FileDiscovery;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a document says, checked by itself and with old forms replaced by current ones; nothing is
 * defaulted yet (config.md 1.1).
 *
 * @param plugins instances to make
 * @param profiles scheduling profiles
 * @param dataLayer data sources and discovery
 * @param saturationDetector null: the default
 * @param detectorParameters parameters that an old form gives the default detector, null if none
 * @param parsers empty: the default parsers
 */
public record PickerConfig(
    List<PluginEntry> plugins,
    List<ProfileEntry> profiles,
    DataLayer dataLayer,
    @Nullable Ref saturationDetector,
    YamlNode.@Nullable Mapping detectorParameters,
    List<Ref> parsers) {
  private static final String GIVEN_FILE = "given-endpoints-file";

  /** Copies the lists. */
  public PickerConfig {
    plugins = List.copyOf(plugins);
    profiles = List.copyOf(profiles);
    parsers = List.copyOf(parsers);
  }

  /** The same, with endpoints from a file that is followed; an error if there is a discovery. */
  public PickerConfig withDiscoveryFile(String path, Problems problems) {
    Ref named = dataLayer.discovery();
    if (named != null) {
      problems.error(
          named.place(),
          "'"
              + named.name()
              + "' (expected: absent, since an endpoints file is"
              + " given beside the configuration)");
      return this;
    }
    YamlNode file = new YamlNode.Scalar(Place.NONE, path, path);
    YamlNode watch = new YamlNode.Scalar(Place.NONE, "true", true);
    Map<String, YamlNode> parameters = new LinkedHashMap<>();
    parameters.put("path", file);
    parameters.put("watchFile", watch);
    List<PluginEntry> all = new ArrayList<>(plugins);
    all.add(
        new PluginEntry(
            GIVEN_FILE,
            FileDiscovery.TYPE,
            new YamlNode.Mapping(Place.NONE, parameters),
            Place.NONE,
            Place.NONE));
    return new PickerConfig(
        all,
        profiles,
        new DataLayer(
            dataLayer.injectDefaults(), dataLayer.sources(), new Ref(GIVEN_FILE, Place.NONE)),
        saturationDetector,
        detectorParameters,
        parsers);
  }

  /** The name of a plugin, and where it stands. */
  public record Ref(String name, Place place) {}

  /**
   * An instance to make.
   *
   * @param name unique
   * @param type as a provider names it
   * @param parameters null: there is no such object
   * @param place of the entry
   * @param typePlace of the type
   */
  public record PluginEntry(
      String name,
      String type,
      YamlNode.@Nullable Mapping parameters,
      Place place,
      Place typePlace) {}

  /** A profile. */
  public record ProfileEntry(String name, List<ProfilePlugin> plugins, Place place) {
    /** Copies the list. */
    public ProfileEntry {
      plugins = List.copyOf(plugins);
    }
  }

  /** A plugin in a profile; {@code weight} is null where none is given. */
  public record ProfilePlugin(Ref ref, @Nullable Double weight) {}

  /**
   * Where facts come from.
   *
   * @param injectDefaults whether the default metrics source is added
   * @param sources data sources and what reads them
   * @param discovery null: none
   */
  public record DataLayer(boolean injectDefaults, List<Source> sources, @Nullable Ref discovery) {
    /** Copies the list. */
    public DataLayer {
      sources = List.copyOf(sources);
    }
  }

  /** A data source and what reads it. */
  public record Source(Ref source, List<Ref> extractors) {
    /** Copies the list. */
    public Source {
      extractors = List.copyOf(extractors);
    }
  }
}

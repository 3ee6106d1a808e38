package io.igw.runtime.config;

import io.igw.runtime.config.Assembled.Named;
import io.igw.runtime.config.Assembled.Profile;
import io.igw.runtime.config.Assembled.Weighted;
import io.igw.runtime.config.PickerConfig.ProfileEntry;
import io.igw.runtime.config.PickerConfig.ProfilePlugin;
import io.igw.runtime.config.PluginSet.Instance;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.ProfileHandler;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes profiles and their handler, and what the document leaves out of them (config.md 3). */
final class ProfileAssembly {
  static final String SINGLE_HANDLER = "single-profile-handler";
  private static final String DATA_PARALLEL_HANDLER = "data-parallel-profile-handler";
  private static final String HEADER_HANDLER = "header-profile-handler";
  private static final String DEFAULT_PICKER = "max-score-picker";
  private static final String DEFAULT_PROFILE = "default";

  private final PluginSet plugins;
  private final Problems problems;
  private final Set<String> used;
  private @Nullable Named<ProfileHandler> handler;

  ProfileAssembly(PluginSet plugins, Problems problems, Set<String> used) {
    this.plugins = plugins;
    this.problems = problems;
    this.used = used;
  }

  @Nullable Named<ProfileHandler> handler() {
    return handler;
  }

  List<Profile> build(List<ProfileEntry> entries) {
    List<ProfileEntry> profiles =
        entries.isEmpty() ? List.of(everything()) : new ArrayList<>(entries);
    chooseHandler(profiles);
    Named<Picker> picker = defaultPicker();
    List<Profile> built = new ArrayList<>();
    for (ProfileEntry entry : profiles) {
      built.add(profile(entry, picker));
    }
    return built;
  }

  /** The profile of a document that has none: every filter, scorer and picker. */
  private ProfileEntry everything() {
    List<ProfilePlugin> all = new ArrayList<>();
    List<Instance> pickers = plugins.having(Picker.class);
    if (pickers.size() > 1) {
      problems.error(
          pickers.get(1).place(),
          "a second picker and no schedulingProfiles (expected: a profile that names one of "
              + pickers.stream().map(Instance::name).toList()
              + ")");
    }
    for (Instance instance : plugins.all()) {
      boolean filters = instance.as(Filter.class) != null;
      boolean picks = !pickers.isEmpty() && instance == pickers.get(0);
      if (filters || picks || instance.as(Scorer.class) != null) {
        all.add(new ProfilePlugin(new PickerConfig.Ref(instance.name(), instance.place()), null));
      }
      if (filters && instance.as(SaturationDetector.class) != null) {
        problems.warning(
            instance.place(),
            "'"
                + instance.name()
                + "' is a filter of the automatic default profile too; a schedulingProfiles entry"
                + " without it prevents that");
      }
    }
    return new ProfileEntry(DEFAULT_PROFILE, all, Place.NONE);
  }

  private void chooseHandler(List<ProfileEntry> profiles) {
    List<Instance> handlers = plugins.having(ProfileHandler.class);
    if (handlers.size() > 1) {
      problems.error(
          handlers.get(1).place(),
          "multiple profile handlers found ('"
              + handlers.get(0).name()
              + "', '"
              + handlers.get(1).name()
              + "'); only one is allowed");
    }
    Instance chosen = handlers.isEmpty() ? null : handlers.get(0);
    if (chosen == null && profiles.size() == 1) {
      chosen = plugins.find(SINGLE_HANDLER);
      if (chosen == null) {
        chosen = plugins.requireDefault(SINGLE_HANDLER);
      }
    } else if (chosen == null && !anyBroken()) {
      problems.error(profiles.get(1).place(), "no profile handler configured");
    }
    if (chosen == null) {
      return;
    }
    if (chosen.type().equals(SINGLE_HANDLER) && profiles.size() > 1) {
      problems.error(
          chosen.place(), "SingleProfileHandler cannot support multiple scheduling profiles");
    }
    if (chosen.type().equals(DATA_PARALLEL_HANDLER) && profiles.size() > 1) {
      problems.error(
          chosen.place(),
          "'" + chosen.name() + "' has " + profiles.size() + " profiles (expected: exactly one)");
    }
    if (chosen.type().equals(HEADER_HANDLER) && profiles.size() > 1) {
      checkDefaultProfile(chosen, profiles.stream().map(ProfileEntry::name).toList());
    }
    used.add(chosen.name());
    ProfileHandler plugin = chosen.as(ProfileHandler.class);
    handler = plugin == null ? null : new Named<>(chosen.name(), plugin);
  }

  /** No error, since clients may be meant to name a profile always. */
  private void checkDefaultProfile(Instance chosen, List<String> profiles) {
    String wanted = plugins.parameter(chosen.name(), "defaultProfile", "decode");
    if (!profiles.contains(wanted)) {
      problems.warning(
          chosen.place(),
          "no profile has the name of defaultProfile, '"
              + wanted
              + "': requests without the header get 400 (expected: one of "
              + profiles
              + ")");
    }
  }

  /** Whether a plugin is missing that might be the handler. */
  private boolean anyBroken() {
    return plugins.all().stream().anyMatch(i -> i.plugin() == null);
  }

  private @Nullable Named<Picker> defaultPicker() {
    List<Instance> pickers = plugins.having(Picker.class);
    Instance chosen = pickers.isEmpty() ? null : pickers.get(0);
    if (chosen == null && plugins.find(DEFAULT_PICKER) == null) {
      chosen = plugins.requireDefault(DEFAULT_PICKER);
    }
    Picker picker = chosen == null ? null : chosen.as(Picker.class);
    return chosen == null || picker == null ? null : new Named<>(chosen.name(), picker);
  }

  private Profile profile(ProfileEntry entry, @Nullable Named<Picker> defaultPicker) {
    List<Named<Filter>> filters = new ArrayList<>();
    List<Weighted> scorers = new ArrayList<>();
    Named<Picker> picker = null;
    Set<String> names = new HashSet<>();
    for (ProfilePlugin item : entry.plugins()) {
      String name = item.ref().name();
      Instance instance = plugins.find(name);
      if (instance == null) {
        problems.error(
            item.ref().place(),
            "schedulingProfiles[" + entry.name() + "] references undefined plugin '" + name + "'");
        continue;
      }
      used.add(name);
      if (!names.add(name)) {
        problems.error(
            item.ref().place(),
            "plugin '"
                + name
                + "' is named twice in profile '"
                + entry.name()
                + "' (expected: once)");
        continue;
      }
      Filter filter = instance.as(Filter.class);
      Scorer scorer = instance.as(Scorer.class);
      Picker picks = instance.as(Picker.class);
      if (filter != null) {
        filters.add(new Named<>(name, filter));
      }
      if (scorer != null) {
        double weight = item.weight() == null ? 1 : item.weight();
        scorers.add(new Weighted(name, scorer, weight));
      } else if (item.weight() != null && instance.plugin() != null) {
        problems.warning(item.ref().place(), "'" + name + "' is no scorer: its weight is ignored");
      }
      if (picks != null && picker != null) {
        problems.error(
            item.ref().place(),
            "failed to add plugin '"
                + name
                + "' to profile '"
                + entry.name()
                + "': failed to set '"
                + name
                + "' as picker, already have a registered picker plugin '"
                + picker.name()
                + "'");
      } else if (picks != null) {
        picker = new Named<>(name, picks);
      }
      if (instance.plugin() != null && filter == null && scorer == null && picks == null) {
        problems.warning(
            item.ref().place(),
            "'" + name + "' is no filter, scorer or picker: it does nothing in a profile");
      }
    }
    Named<Picker> chosen = picker == null ? defaultPicker : picker;
    if (chosen != null) {
      used.add(chosen.name());
    }
    return new Profile(entry.name(), List.copyOf(filters), List.copyOf(scorers), chosen);
  }
}

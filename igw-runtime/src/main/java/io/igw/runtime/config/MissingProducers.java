package io.igw.runtime.config;

import io.igw.runtime.config.PluginSet.Instance;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.scheduler.PluginGraph.Missing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the producers that consumers need and the document lacks (config.md 4 and 5.4). */
final class MissingProducers {
  private final PluginSet plugins;
  private final Problems problems;
  private final Set<String> told = new HashSet<>();

  /** Producers that were made here, and for whom. */
  private final Map<String, String> neededBy = new HashMap<>();

  MissingProducers(PluginSet plugins, Problems problems) {
    this.plugins = plugins;
    this.problems = problems;
  }

  /** Goes on until nothing is missing: a producer that was just made may need another. */
  void create() {
    boolean made = true;
    while (made) {
      made = false;
      for (Missing missing : List.copyOf(plugins.graph().missing())) {
        if (missing.required() && plugins.find(missing.producer()) == null) {
          made |= create(missing);
        }
      }
    }
    for (Missing missing : plugins.graph().missing()) {
      tell(missing);
    }
    try {
      plugins.graph().producerOrder();
    } catch (IllegalStateException e) {
      problems.error(Place.NONE, String.valueOf(e.getMessage()));
    }
  }

  private boolean create(Missing missing) {
    Instance instance = plugins.createDefault(missing.producer(), null);
    if (instance == null) {
      return false;
    }
    neededBy.putIfAbsent(missing.producer(), missing.consumer());
    if (instance.plugin() != null && !produces(missing)) {
      problems.error(
          Place.NONE,
          "auto-created default entry \""
              + missing.producer()
              + "\" does not produce "
              + missing.dataType()
              + ", consumed by "
              + missing.consumer());
    }
    return true;
  }

  private boolean produces(Missing missing) {
    return plugins.graph().missing().stream()
        .noneMatch(m ->
            m.dataType().equals(missing.dataType()) && m.producer().equals(missing.producer()));
  }

  /** One line per consumer and producer, whatever the number of keys between them. */
  private void tell(Missing missing) {
    if (!told.add(missing.consumer() + "\n" + missing.producer())) {
      return;
    }
    Instance consumer = plugins.find(missing.consumer());
    Place place = consumer == null ? Place.NONE : consumer.place();
    if (missing.required()) {
      Instance broken = plugins.find(missing.producer());
      if (broken == null || broken.plugin() != null) {
        problems.error(place, "no default producer found for missing data key " + key(missing));
      }
    } else if (consumer != null && consumer.configured()) {
      problems.warning(
          place, "no producer for optional data key " + key(missing) + ": it reads as 0");
    }
  }

  /** A consumer and, if it was made for another, that one, and so on. */
  private String path(String consumer) {
    StringBuilder path = new StringBuilder(consumer);
    Set<String> seen = new HashSet<>(Set.of(consumer));
    String next = neededBy.get(consumer);
    while (next != null && seen.add(next)) {
      path.append(", which ").append(next).append(" needs");
      next = neededBy.get(next);
    }
    return path.toString();
  }

  private String key(Missing missing) {
    Set<String> types = new LinkedHashSet<>();
    for (Missing each : plugins.graph().missing()) {
      if (each.consumer().equals(missing.consumer())
          && each.producer().equals(missing.producer())) {
        types.add(each.dataType());
      }
    }
    String why = "";
    if (plugins.find(missing.producer()) == null && !plugins.provides(missing.producer())) {
      KnownTypes.KnownType known = KnownTypes.find(missing.producer());
      why =
          known == null
              ? " (no plugin has the name '" + missing.producer() + "')"
              : " ("
                  + known.type()
                  + (known.hint().startsWith("artifact ")
                      ? " is not on the class path: " + known.hint()
                      : " is known but not in this build")
                  + ")";
    }
    return String.join(", ", types)
        + "/"
        + missing.producer()
        + ", consumed by "
        + path(missing.consumer())
        + why;
  }
}

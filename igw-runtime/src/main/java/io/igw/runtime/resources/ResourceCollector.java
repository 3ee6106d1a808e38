package io.igw.runtime.resources;

import io.igw.runtime.resources.ModelRewrites.Rewrite;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects the objects of all files. Of two with one name the one of group {@code llm-d.ai} wins if
 * the groups differ; else the second is an error.
 */
final class ResourceCollector {
  private final PoolScope scope;
  private final Map<String, Integer> fixed;
  private final Map<String, Kept<Integer>> objectives = new LinkedHashMap<>();
  private final Map<String, Kept<Rewrite>> rewrites = new LinkedHashMap<>();
  private int leftOut;

  private record Kept<T>(T value, boolean newGroup, String where) {}

  /**
   * A collector for one pool.
   *
   * @param fixed priorities that win over those of objects
   */
  ResourceCollector(PoolScope scope, Map<String, Integer> fixed) {
    this.scope = scope;
    this.fixed = fixed;
  }

  PoolScope scope() {
    return scope;
  }

  /** An object of another pool. */
  void leftOut() {
    leftOut++;
  }

  void objective(String name, boolean newGroup, int priority, Place place, Problems problems) {
    if (fixed.containsKey(name)) {
      problems.warning(
          place,
          "'"
              + name
              + "' is also set beside the files (that priority, "
              + fixed.get(name)
              + ", counts)");
    }
    add(objectives, name, new Kept<>(priority, newGroup, where(place, problems)), place, problems);
  }

  void rewrite(Rewrite rewrite, boolean newGroup, Place place, Problems problems) {
    Kept<Rewrite> kept = new Kept<>(rewrite, newGroup, where(place, problems));
    add(rewrites, rewrite.name(), kept, place, problems);
  }

  private static String where(Place place, Problems problems) {
    return problems.source() + ":" + place.line();
  }

  private static <T> void add(
      Map<String, Kept<T>> kept, String name, Kept<T> added, Place place, Problems problems) {
    Kept<T> before = kept.putIfAbsent(name, added);
    if (before == null) {
      return;
    }
    String also = "'" + name + "' is also at " + before.where();
    if (before.newGroup() == added.newGroup()) {
      problems.error(place, also + " (expected: one of that name)");
      return;
    }
    problems.warning(place, also + " in another group (the one of llm-d.ai counts)");
    if (added.newGroup()) {
      kept.put(name, added);
    }
  }

  /** All of them. */
  Resources resources() {
    Map<String, Integer> priorities = new HashMap<>();
    objectives.forEach((name, objective) -> priorities.put(name, objective.value()));
    priorities.putAll(fixed);
    return new Resources(
        priorities, new ModelRewrites(rewrites.values().stream().map(Kept::value).toList()));
  }

  /** How many of each there are. */
  @Override
  public String toString() {
    return objectives.size()
        + " objectives, "
        + rewrites.size()
        + " model rewrites"
        + (leftOut == 0 ? "" : ", " + leftOut + " objects of other pools left out");
  }
}

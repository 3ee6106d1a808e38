package io.igw.scheduler;

import io.igw.spi.PluginProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The plugin types on the class path. Immutable.
 *
 * <p>One broken provider hides no other; of a type that two classes claim neither is used, since
 * the order of a class path shall not decide what runs.
 */
public final class PluginCatalog {
  private final Map<String, PluginProvider> providers;
  private final List<String> problems;

  private PluginCatalog(Map<String, PluginProvider> providers, List<String> problems) {
    this.providers = Collections.unmodifiableMap(providers);
    this.problems = List.copyOf(problems);
  }

  /**
   * Finds providers by ServiceLoader. A provider that fails to load is reported in {@link
   * #problems} and hides no other.
   */
  public static PluginCatalog load(ClassLoader loader) {
    ProviderSearch search = new ProviderSearch(loader);
    search.run();
    return of(search.found(), search.problems());
  }

  /** A catalogue of given providers. */
  public static PluginCatalog of(List<PluginProvider> providers) {
    return of(providers, List.of());
  }

  private static PluginCatalog of(List<PluginProvider> found, List<String> failures) {
    List<String> problems = new ArrayList<>(failures);
    Map<String, List<PluginProvider>> byType = new LinkedHashMap<>();
    for (PluginProvider provider : found) {
      String type = type(provider, problems);
      if (type != null) {
        byType.computeIfAbsent(type, t -> new ArrayList<>()).add(provider);
      }
    }
    Map<String, PluginProvider> sole = new TreeMap<>();
    byType.forEach((type, claims) -> {
      if (claims.size() == 1) {
        sole.put(type, claims.get(0));
      } else {
        problems.add(
            "plugin type '"
                + type
                + "' is claimed by "
                + String.join(" and by ", claims.stream().map(PluginCatalog::place).toList())
                + " (expected: one; none of them is used)");
      }
    });
    return new PluginCatalog(sole, problems);
  }

  private static @Nullable String type(PluginProvider provider, List<String> problems) {
    String type;
    try {
      type = provider.type();
    } catch (RuntimeException | LinkageError e) {
      problems.add("plugin provider " + place(provider) + " failed to tell its type: " + e);
      return null;
    }
    if (type == null || type.isBlank()) {
      problems.add(
          "plugin provider " + place(provider) + " has type '" + type + "' (expected: not empty)");
      return null;
    }
    return type;
  }

  /** Class and jar of a provider. */
  public static String place(PluginProvider provider) {
    return ProviderSearch.place(provider.getClass());
  }

  /** The provider of a type, null if there is none. */
  public @Nullable PluginProvider provider(String type) {
    return providers.get(type);
  }

  /** By type, sorted. */
  public Map<String, PluginProvider> providers() {
    return providers;
  }

  /**
   * Providers that failed, and types that two classes claim; class and jar are named, and the
   * reason.
   */
  public List<String> problems() {
    return problems;
  }
}

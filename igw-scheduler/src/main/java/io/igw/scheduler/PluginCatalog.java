package io.igw.scheduler;

import io.igw.spi.PluginProvider;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The plugin types on the class path. Immutable. */
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
    List<PluginProvider> found = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Iterator<ServiceLoader.Provider<PluginProvider>> services =
        ServiceLoader.load(PluginProvider.class, loader).stream().iterator();
    // Each step is tried on its own: ServiceLoader goes on after a class that it could not load.
    boolean more = true;
    while (more) {
      try {
        more = services.hasNext();
        if (more) {
          found.add(services.next().get());
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        problems.add("plugin provider failed to load: " + e.getMessage() + reason(e));
      }
    }
    return of(found, problems);
  }

  /** A catalogue of given providers. */
  public static PluginCatalog of(List<PluginProvider> providers) {
    return of(providers, new ArrayList<>());
  }

  private static PluginCatalog of(List<PluginProvider> found, List<String> problems) {
    Map<String, PluginProvider> byType = new TreeMap<>();
    TreeSet<String> claimedTwice = new TreeSet<>();
    for (PluginProvider provider : found) {
      String type;
      try {
        type = provider.type();
      } catch (RuntimeException | LinkageError e) {
        problems.add("plugin provider " + place(provider) + " has no type: " + e);
        continue;
      }
      PluginProvider other = byType.putIfAbsent(type, provider);
      if (other != null) {
        claimedTwice.add(type);
        problems.add(
            "plugin type '"
                + type
                + "' is claimed by "
                + place(other)
                + " and by "
                + place(provider)
                + " (expected: one; neither is used)");
      }
    }
    claimedTwice.forEach(byType::remove);
    return new PluginCatalog(byType, problems);
  }

  private static String reason(Throwable e) {
    Throwable cause = e.getCause();
    return cause == null ? "" : " (" + cause + ")";
  }

  private static String place(PluginProvider provider) {
    CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
    return provider.getClass().getName() + (source == null ? "" : " in " + source.getLocation());
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
   * Providers that failed, and types that two classes claim (both classes and both jars are named).
   */
  public List<String> problems() {
    return problems;
  }
}

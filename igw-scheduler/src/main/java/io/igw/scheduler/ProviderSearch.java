package io.igw.scheduler;

import io.igw.spi.PluginProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One search for plugin providers. ServiceLoader goes on after a provider that it could not load,
 * but its message names either the class or the jar; so the service files are read once more for
 * the classes that it left out. One thread, used once.
 */
final class ProviderSearch {
  private static final String SERVICES = "META-INF/services/" + PluginProvider.class.getName();

  /** Beyond this something is wrong with the class loader itself, which may fail for ever. */
  private static final int MOST_FAILURES = 1000;

  private final ClassLoader loader;
  private final List<PluginProvider> found = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private final List<Throwable> failures = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  ProviderSearch(ClassLoader loader) {
    this.loader = loader;
  }

  List<PluginProvider> found() {
    return found;
  }

  List<String> problems() {
    return problems;
  }

  void run() {
    Iterator<ServiceLoader.Provider<PluginProvider>> services =
        ServiceLoader.load(PluginProvider.class, loader).stream().iterator();
    boolean more = true;
    while (more && failures.size() < MOST_FAILURES) {
      try {
        more = services.hasNext();
        if (more) {
          create(services.next());
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        failures.add(e);
      }
    }
    Map<String, String> leftOut = declared();
    leftOut.keySet().removeAll(seen);
    leftOut.forEach(this::explain);
    for (Throwable failure : failures) {
      if (!explained(failure, leftOut.keySet())) {
        problems.add("plugin provider failed to load: " + reason(failure));
      }
    }
  }

  private void create(ServiceLoader.Provider<PluginProvider> service) {
    seen.add(service.type().getName());
    try {
      found.add(service.get());
    } catch (ServiceConfigurationError | LinkageError e) {
      problems.add("plugin provider " + place(service.type()) + " failed to load: " + reason(e));
    }
  }

  /** Provider classes by name, with the jar or folder whose service file names them. */
  private Map<String, String> declared() {
    Map<String, String> declared = new LinkedHashMap<>();
    List<URL> files;
    try {
      files = Collections.list(loader.getResources(SERVICES));
    } catch (IOException e) {
      failures.add(e);
      return declared;
    }
    for (URL file : files) {
      String url = file.toString();
      String home = url.substring(0, url.length() - SERVICES.length());
      String jar = home.endsWith("!/") ? home.substring(4, home.length() - 2) : home;
      try {
        names(file).forEach(name -> declared.putIfAbsent(name, jar));
      } catch (IOException e) {
        failures.add(new IOException(jar + ": " + e.getMessage(), e));
      }
    }
    return declared;
  }

  private static List<String> names(URL file) throws IOException {
    URLConnection connection = file.openConnection();
    // A cached jar file would stay open as long as the process lives.
    connection.setUseCaches(false);
    List<String> names = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int comment = line.indexOf('#');
        String name = (comment < 0 ? line : line.substring(0, comment)).trim();
        if (!name.isEmpty()) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private void explain(String className, String jar) {
    String reason;
    try {
      Class<?> type = Class.forName(className, false, loader);
      reason =
          PluginProvider.class.isAssignableFrom(type)
              ? reason(failureNaming(className, jar))
              : "it is no PluginProvider";
    } catch (ClassNotFoundException e) {
      reason = "there is no such class";
    } catch (LinkageError e) {
      reason = e.toString();
    }
    problems.add("plugin provider " + className + " in " + jar + " failed to load: " + reason);
  }

  /** What names the class, else what is wrong with the service file. */
  private @Nullable Throwable failureNaming(String className, String jar) {
    for (String name : new String[] {className, jar}) {
      for (Throwable failure : failures) {
        if (String.valueOf(failure.getMessage()).contains(name)) {
          return failure;
        }
      }
    }
    return null;
  }

  private boolean explained(Throwable failure, Set<String> leftOut) {
    String message = String.valueOf(failure.getMessage());
    return leftOut.stream().anyMatch(message::contains)
        || problems.stream().anyMatch(problem -> problem.endsWith(failure.toString()));
  }

  private static String reason(@Nullable Throwable failure) {
    if (failure == null) {
      return "for an unknown reason";
    }
    Throwable cause = failure.getCause();
    return cause == null ? String.valueOf(failure.getMessage()) : cause.toString();
  }

  /** Class and jar. */
  static String place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return type.getName() + (source == null ? "" : " in " + source.getLocation());
  }
}

package io.igw.runtime;

import io.igw.scheduler.PluginCatalog;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;

/**
 * A folder with plugin jars. All of its jars make one class path behind that of the application, so
 * that a plugin may bring libraries as further jars; what the application has itself wins. A file
 * that is no jar is named and left out.
 */
public final class PluginDirectory {
  private final ClassLoader loader;
  private final List<String> problems;

  private PluginDirectory(ClassLoader loader, List<String> problems) {
    this.loader = loader;
    this.problems = List.copyOf(problems);
  }

  /**
   * Looks through a folder, not into those in it.
   *
   * @throws IOException if it cannot be read; the message names it
   */
  public static PluginDirectory open(Path folder, ClassLoader parent) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " (expected: a folder with plugin jars)");
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
      jars.forEach(files::add);
    }
    files.sort(null);
    List<URL> urls = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Path file : files) {
      try (JarFile jar = new JarFile(file.toFile())) {
        jar.getManifest();
        urls.add(url(file));
      } catch (IOException | SecurityException e) {
        problems.add("plugin jar " + file + " cannot be read: " + e.getMessage());
      }
    }
    if (files.isEmpty()) {
      problems.add(folder + ": no jar in it (expected: plugin jars)");
    }
    // Lives as long as the process: plugins load classes whenever they need them.
    return new PluginDirectory(new URLClassLoader(urls.toArray(new URL[0]), parent), problems);
  }

  private static URL url(Path file) throws MalformedURLException {
    return file.toUri().toURL();
  }

  /** The types of the application and of the folder. */
  public PluginCatalog catalog() {
    return PluginCatalog.load(loader);
  }

  /** What could not be read; problems of single providers are the catalogue's. */
  public List<String> problems() {
    return problems;
  }
}

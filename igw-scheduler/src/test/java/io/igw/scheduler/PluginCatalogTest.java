package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.PluginProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginCatalogTest {
  private static final ClassLoader OURS = PluginProvider.class.getClassLoader();

  @TempDir Path directory;

  @Test
  void builtInTypesAreFoundInTheirOrder() {
    PluginCatalog catalog = PluginCatalog.load(OURS);
    assertThat(catalog.problems()).isEmpty();
    assertThat(List.copyOf(catalog.providers().keySet())).contains("queue-scorer").isSorted();
    assertThat(catalog.provider("queue-scorer")).isNotNull();
    assertThat(catalog.provider("queue-scorers")).isNull();
  }

  @Test
  void aStrangersJarIsFound() throws IOException {
    PluginCatalog catalog = load(new PluginJar().provider("Good", "\"good\"", ""));
    assertThat(catalog.problems()).isEmpty();
    assertThat(catalog.providers()).containsKeys("good", "queue-scorer");
  }

  @Test
  void aBrokenProviderHidesNoOtherAndIsNamedWithClassJarAndReason() throws IOException {
    PluginCatalog catalog =
        load(
            new PluginJar()
                .provider("Throws", "\"throws\"", "public Throws() { int x = 1 / 0; }")
                .provider("Static", "\"static\"", "static { Integer.parseInt(\"x\"); }")
                .provider("Hidden", "\"hidden\"", "private Hidden() {}")
                .source("Base", "public class Base {}")
                .source(
                    "Orphan",
                    "import io.igw.spi.*; public class Orphan extends Base implements"
                        + " PluginProvider { public String type() { return \"orphan\"; }"
                        + " public Plugin create(Parameters p, PluginContext c) { return null; } }")
                .service("Orphan")
                .without("Base")
                .source("Stranger", "public class Stranger {}")
                .service("Stranger  # not a provider")
                .service("Nowhere")
                .provider("NoType", "null", "")
                .provider("Untold", "String.valueOf(1 / 0)", "")
                .provider("Good", "\"good\"", ""));
    assertThat(catalog.provider("good")).isNotNull();
    assertThat(catalog.provider("queue-scorer")).isNotNull();
    assertThat(catalog.problems())
        .allSatisfy(problem -> assertThat(problem).contains("stranger.jar"))
        .satisfiesOnlyOnce(has("Throws", "java.lang.ArithmeticException: / by zero"))
        .satisfiesOnlyOnce(has("Static", "java.lang.ExceptionInInitializerError"))
        .satisfiesOnlyOnce(has("Hidden", "NoSuchMethodException"))
        .satisfiesOnlyOnce(has("Orphan", "java.lang.NoClassDefFoundError: Base"))
        .satisfiesOnlyOnce(has("Stranger", "it is no PluginProvider"))
        .satisfiesOnlyOnce(has("Nowhere", "there is no such class"))
        .satisfiesOnlyOnce(has("NoType", "has type 'null' (expected: not empty)"))
        .satisfiesOnlyOnce(has("Untold", "failed to tell its type: java.lang.Arithmetic"))
        .hasSize(8);
  }

  @Test
  void aBrokenServiceFileNamesWhatItHides() throws IOException {
    PluginCatalog catalog =
        load(new PluginJar().provider("Good", "\"good\"", "").service("not a name"));
    assertThat(catalog.provider("queue-scorer")).isNotNull();
    assertThat(catalog.problems())
        .satisfiesOnlyOnce(has("Good in", "Illegal configuration-file syntax"))
        .satisfiesOnlyOnce(has("not a name", "there is no such class"));
  }

  @Test
  void ofATypeClaimedTwiceNeitherIsUsed() throws IOException {
    Path one = new PluginJar().provider("One", "\"mine\"", "").write(directory, "one.jar");
    Path two = new PluginJar().provider("Two", "\"mine\"", "").write(directory, "two.jar");
    Path three =
        new PluginJar().provider("Three", "\"queue-scorer\"", "").write(directory, "three.jar");
    try (URLClassLoader loader = new URLClassLoader(urls(one, two, three), OURS)) {
      PluginCatalog catalog = PluginCatalog.load(loader);
      assertThat(catalog.provider("mine")).isNull();
      assertThat(catalog.provider("queue-scorer")).isNull();
      assertThat(catalog.provider("random-picker")).isNotNull();
      assertThat(catalog.problems())
          .satisfiesOnlyOnce(has("'mine'", "One in", "one.jar", "Two in", "two.jar"))
          .satisfiesOnlyOnce(has("'queue-scorer'", "BuiltInProvider$QueueScorer in", "three.jar"))
          .hasSize(2);
    }
  }

  @Test
  void aClassLoaderThatFailsForEverEnds() {
    ClassLoader broken =
        new ClassLoader(OURS) {
          @Override
          public Enumeration<URL> getResources(String name) throws IOException {
            throw new IOException("disk on fire");
          }
        };
    assertThat(PluginCatalog.load(broken).problems())
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem).contains("disk on fire"));
  }

  private PluginCatalog load(PluginJar jar) throws IOException {
    try (URLClassLoader loader =
        new URLClassLoader(urls(jar.write(directory, "stranger.jar")), OURS)) {
      return PluginCatalog.load(loader);
    }
  }

  private static java.util.function.Consumer<String> has(String... parts) {
    return problem -> assertThat(problem).contains(List.of(parts));
  }

  private static URL[] urls(Path... jars) {
    return Arrays.stream(jars)
        .map(jar -> {
          try {
            return jar.toUri().toURL();
          } catch (java.net.MalformedURLException e) {
            throw new IllegalArgumentException(e);
          }
        })
        .toArray(URL[]::new);
  }
}

package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What an embedder gets beside igw itself: one small library of queues. */
class DependenciesTest {
  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);
  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>(.*?)</artifactId>");

  /** Modules that must be there when it runs, other than igw's and the JDK's. */
  private static List<String> required(Class<?> classOfTheModule) throws IOException {
    URL classes = classOfTheModule.getProtectionDomain().getCodeSource().getLocation();
    String base = classes.toString();
    String file = base.endsWith(".jar") ? "jar:" + base + "!/" : base;
    try (InputStream in = URI.create(file + "module-info.class").toURL().openStream()) {
      return ModuleDescriptor.read(in).requires().stream()
          .filter(r -> !r.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
          .map(ModuleDescriptor.Requires::name)
          .filter(name -> !name.startsWith("java.") && !name.startsWith("io.igw."))
          .toList();
    }
  }

  /** Artifacts that come along, other than igw's. */
  private static List<String> artifacts(String module) throws IOException {
    String pom = Files.readString(Path.of("..", module, "pom.xml"));
    return DEPENDENCY
        .matcher(pom)
        .results()
        .map(match -> match.group(1))
        .filter(text -> !text.contains("<scope>") && !text.contains("<groupId>io.igw<"))
        .map(text -> {
          Matcher artifact = ARTIFACT.matcher(text);
          return artifact.find() ? artifact.group(1) : text;
        })
        .toList();
  }

  @Test
  void theCoreHasOneDependencyAtRunTime() throws IOException {
    assertThat(required(Scheduler.class)).containsExactly("org.jctools.core.jdk11");
    assertThat(artifacts("igw-scheduler")).containsExactly("jctools-core-jdk11");
  }

  @Test
  void theApiHasNone() throws IOException {
    assertThat(required(Signal.class)).isEmpty();
    assertThat(artifacts("igw-api")).isEmpty();
  }
}

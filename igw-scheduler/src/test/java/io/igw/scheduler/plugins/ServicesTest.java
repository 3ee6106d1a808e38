package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.scheduler.filters.LabelFilterProvider;
import io.igw.spi.PluginProvider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServicesTest {
  @Test
  void moduleAndServiceFileNameTheSameProviders() throws IOException {
    assertThat(providersOfModule()).hasSize(18).isEqualTo(providersOfFile());
  }

  @Test
  void everyProviderClassIsNamed() throws IOException {
    assertThat(providersOfFile())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(BuiltInProvider.class, LabelFilterProvider.class)
                .flatMap(family -> Arrays.stream(family.getDeclaredClasses()))
                .filter(PluginProvider.class::isAssignableFrom)
                .map(Class::getName)
                .toList());
  }

  private static List<String> providersOfModule() throws IOException {
    try (InputStream in = ours("module-info.class").openStream()) {
      return ModuleDescriptor.read(in).provides().stream()
          .filter(provides -> provides.service().equals(PluginProvider.class.getName()))
          .flatMap(provides -> provides.providers().stream())
          .toList();
    }
  }

  private static List<String> providersOfFile() throws IOException {
    String file = "META-INF/services/" + PluginProvider.class.getName();
    try (InputStream in = ours(file).openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** A file beside the classes of this module; other modules have files of the same name. */
  private static URL ours(String file) throws IOException {
    URL classes = BuiltInProvider.class.getProtectionDomain().getCodeSource().getLocation();
    String base = classes.toString();
    return URI.create(base.endsWith(".jar") ? "jar:" + base + "!/" + file : base + file).toURL();
  }
}

package io.igw.plugins.lora;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.PluginProvider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class ServicesTest {
  @Test
  void moduleAndServiceFileNameTheSameProviders() throws IOException {
    assertThat(providersOfModule()).isNotEmpty().isEqualTo(providersOfFile());
  }

  @Test
  void providersAreFoundByType() {
    assertThat(ServiceLoader.load(PluginProvider.class).stream())
        .extracting(provider -> provider.get().type())
        .contains("lora-affinity-scorer");
  }

  private static List<String> providersOfModule() throws IOException {
    try (InputStream in = classes("module-info.class").openStream()) {
      return ModuleDescriptor.read(in).provides().stream()
          .filter(provides -> provides.service().equals(PluginProvider.class.getName()))
          .flatMap(provides -> provides.providers().stream())
          .toList();
    }
  }

  private static List<String> providersOfFile() throws IOException {
    String file = "META-INF/services/" + PluginProvider.class.getName();
    try (InputStream in = classes(file).openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** A file beside the classes of this module. */
  private static URL classes(String file) throws IOException {
    URL classes = LoraAffinityProvider.class.getProtectionDomain().getCodeSource().getLocation();
    String base = classes.toString();
    return URI.create(base.endsWith(".jar") ? "jar:" + base + "!/" + file : base + file).toURL();
  }
}

package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The module path and the class path find the same plugins. */
class ServicesTest {
  private static final Path CLASSES = Path.of("target/classes");
  private static final String SERVICE = "io.igw.spi.PluginProvider";

  @Test
  void moduleAndServicesFileNameTheSameProviders() throws IOException {
    ModuleDescriptor module =
        ModuleFinder.of(CLASSES).find("io.igw.runtime").orElseThrow().descriptor();
    List<String> provided =
        module.provides().stream()
            .filter(p -> p.service().equals(SERVICE))
            .flatMap(p -> p.providers().stream())
            .toList();
    assertThat(Files.readAllLines(CLASSES.resolve("META-INF/services/" + SERVICE)))
        .containsExactlyInAnyOrderElementsOf(provided);
  }
}

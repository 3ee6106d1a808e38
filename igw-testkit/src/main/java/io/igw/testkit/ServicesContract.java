package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.PluginProvider;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/**
 * What the jar of a plugin must tell so that its plugins are found on the class path and, if it is
 * a module, on the module path too.
 */
public abstract class ServicesContract {
  /** For subclasses. */
  protected ServicesContract() {}

  /** A class of the jar, in whatever package. */
  protected abstract Class<?> classOfTheJar();

  @Test
  final void moduleAndServiceFileNameTheSameProviders() throws IOException {
    List<String> named = providersOfFile();
    assertThat(named).as("META-INF/services").isNotEmpty().doesNotHaveDuplicates();
    List<String> provided = providersOfModule(named);
    assertThat(provided).as("module-info").containsExactlyInAnyOrderElementsOf(named);
  }

  @Test
  final void everyProviderIsFoundAndHasATypeOfItsOwn() throws IOException {
    List<PluginProvider> found =
        ServiceLoader.load(PluginProvider.class, classOfTheJar().getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    assertThat(found)
        .extracting(provider -> provider.getClass().getName())
        .containsAll(providersOfFile());
    assertThat(found).extracting(PluginProvider::type).doesNotContain("").doesNotHaveDuplicates();
  }

  /** What the module provides; without a module nothing can disagree. */
  private List<String> providersOfModule(List<String> otherwise) throws IOException {
    try (InputStream in = file("module-info.class").openStream()) {
      return ModuleDescriptor.read(in).provides().stream()
          .filter(provides -> provides.service().equals(PluginProvider.class.getName()))
          .flatMap(provides -> provides.providers().stream())
          .toList();
    } catch (FileNotFoundException e) {
      return otherwise;
    }
  }

  private List<String> providersOfFile() throws IOException {
    String services = "META-INF/services/" + PluginProvider.class.getName();
    try (InputStream in = file(services).openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** A file beside the classes; other jars have files of the same name. */
  private URL file(String name) throws IOException {
    URL classes = classOfTheJar().getProtectionDomain().getCodeSource().getLocation();
    String base = classes.toString();
    return URI.create(base.endsWith(".jar") ? "jar:" + base + "!/" + name : base + name).toURL();
  }
}

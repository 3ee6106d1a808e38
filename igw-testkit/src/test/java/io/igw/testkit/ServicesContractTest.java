package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.spi.PluginProvider;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract finds what a jar forgets to tell. The jar is a folder, made here. */
class ServicesContractTest {
  private static final String SERVICE = "META-INF/services/" + PluginProvider.class.getName();
  private static final String PROVIDER =
      """
      package planted;
      public class %1$s implements io.igw.spi.PluginProvider {
        public String type() { return "%2$s"; }
        public io.igw.spi.Plugin create(io.igw.spi.Parameters p, io.igw.spi.PluginContext c) {
          return new io.igw.spi.Plugin() {};
        }
      }
      """;

  @TempDir Path folder;

  private ServicesContract contract(String provided, String named, String secondType)
      throws Exception {
    Files.createDirectories(folder.resolve("planted"));
    Files.writeString(folder.resolve("planted/One.java"), PROVIDER.formatted("One", "one"));
    Files.writeString(folder.resolve("planted/Two.java"), PROVIDER.formatted("Two", secondType));
    Files.writeString(
        folder.resolve("module-info.java"),
        "module planted { requires io.igw.api; provides io.igw.spi.PluginProvider with "
            + provided
            + "; }");
    Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(folder.resolve(SERVICE), named);
    String api = Path.of(location(PluginProvider.class).toURI()).toString();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "--module-path=" + api,
                folder.resolve("module-info.java").toString(),
                folder.resolve("planted/One.java").toString(),
                folder.resolve("planted/Two.java").toString());
    assertThat(code).isZero();
    URL[] classes = {folder.toUri().toURL()};
    Class<?> one =
        new URLClassLoader(classes, getClass().getClassLoader()).loadClass("planted.One");
    return new ServicesContract() {
      @Override
      protected Class<?> classOfTheJar() {
        return one;
      }
    };
  }

  private static URL location(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  @Test
  void passesWhatTellsAll() throws Exception {
    ServicesContract contract =
        contract("planted.One, planted.Two", "planted.One\nplanted.Two\n", "two");
    assertThatCode(contract::moduleAndServiceFileNameTheSameProviders).doesNotThrowAnyException();
    assertThatCode(contract::everyProviderIsFoundAndHasATypeOfItsOwn).doesNotThrowAnyException();
  }

  @Test
  void findsAProviderThatOnlyTheModuleNames() throws Exception {
    ServicesContract contract = contract("planted.One, planted.Two", "planted.One\n", "two");
    assertThatThrownBy(contract::moduleAndServiceFileNameTheSameProviders)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("planted.Two");
  }

  @Test
  void findsTwoProvidersOfOneType() throws Exception {
    ServicesContract contract =
        contract("planted.One, planted.Two", "planted.One\nplanted.Two\n", "one");
    assertThatThrownBy(contract::everyProviderIsFoundAndHasATypeOfItsOwn)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("one");
  }
}

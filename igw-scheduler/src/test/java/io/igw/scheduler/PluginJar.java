package io.igw.scheduler;

import io.igw.spi.PluginProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A stranger's jar, compiled from source in the test. */
final class PluginJar {
  private final Map<String, String> sources = new LinkedHashMap<>();
  private final List<String> left = new ArrayList<>();
  private final List<String> services = new ArrayList<>();

  /** A provider of a type whose constructor or static part runs {@code body} too. */
  PluginJar provider(String name, String type, String body) {
    return source(
            name,
            "import io.igw.spi.*; public class "
                + name
                + " implements PluginProvider { "
                + body
                + " public String type() { return "
                + type
                + "; } public Plugin create(Parameters p, PluginContext c) { return null; } }")
        .service(name);
  }

  PluginJar source(String name, String source) {
    sources.put(name, source);
    return this;
  }

  /** Compiles against the class but leaves it out of the jar. */
  PluginJar without(String name) {
    left.add(name);
    return this;
  }

  PluginJar service(String line) {
    services.add(line);
    return this;
  }

  Path write(Path directory, String fileName) throws IOException {
    Path classes = Files.createTempDirectory(directory, "classes");
    compile(classes);
    Path jar = directory.resolve(fileName);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream zip = new JarOutputStream(out)) {
      for (String name : sources.keySet()) {
        if (!left.contains(name)) {
          zip.putNextEntry(new ZipEntry(name + ".class"));
          zip.write(Files.readAllBytes(classes.resolve(name + ".class")));
        }
      }
      zip.putNextEntry(new ZipEntry("META-INF/services/" + PluginProvider.class.getName()));
      zip.write(String.join("\n", services).getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private void compile(Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> units = new ArrayList<>();
    sources.forEach((name, text) -> units.add(new Source(name, text)));
    String api =
        Path.of(
                URI.create(
                    PluginProvider.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
            .toString();
    List<String> options =
        List.of("-d", classes.toString(), "-classpath", api, "-proc:none", "-implicit:none");
    if (!compiler.getTask(null, null, null, options, null, units).call()) {
      throw new IllegalStateException("does not compile: " + sources);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}

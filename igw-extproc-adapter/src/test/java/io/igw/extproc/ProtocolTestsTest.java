package io.igw.extproc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that docs/protocol-tests.md names exist. */
class ProtocolTestsTest {
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");

  @Test
  void everyTestOfTheTableExists() throws IOException {
    Map<String, String> sources = sources();
    List<String> missing = new ArrayList<>();
    int found = 0;
    String table = Files.readString(Path.of("..", "docs", "protocol-tests.md"));
    for (Matcher named = NAMED.matcher(table); named.find(); found++) {
      String source = sources.get(named.group(1) + ".java");
      String method = named.group(2);
      if (source == null || method != null && !source.contains(" void " + method + "(")) {
        missing.add(named.group());
      }
    }
    assertThat(missing).isEmpty();
    assertThat(found).isGreaterThan(60);
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path tests : modules.map(m -> m.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            files.forEach(file -> add(sources, file));
          }
        }
      }
    }
    return sources;
  }

  private static void add(Map<String, String> sources, Path file) {
    String name = String.valueOf(file.getFileName());
    if (!name.endsWith("Test.java") && !name.endsWith("IT.java")) {
      return;
    }
    try {
      sources.put(name, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

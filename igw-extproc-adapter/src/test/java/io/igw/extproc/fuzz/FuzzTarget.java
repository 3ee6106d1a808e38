package io.igw.extproc.fuzz;

import io.igw.extproc.server.StreamsFuzz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What is fuzzed. */
enum FuzzTarget {
  STREAMS(StreamsFuzz.class, StreamsFuzz::fuzzerTestOneInput),
  REQUESTS(RequestsFuzz.class, RequestsFuzz::fuzzerTestOneInput),
  RESPONSES(ResponsesFuzz.class, ResponsesFuzz::fuzzerTestOneInput);

  /** What a fuzzer is told to run. */
  final Class<?> type;

  private final Consumer<byte[]> run;

  FuzzTarget(Class<?> type, Consumer<byte[]> run) {
    this.type = type;
    this.run = run;
  }

  /** Throws if something is wrong. */
  void run(byte[] input) {
    run.accept(input);
  }

  /** Name of its corpus. */
  String corpus() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where its corpus lies. */
  Path folder() {
    URL folder = Objects.requireNonNull(FuzzTarget.class.getResource("/fuzz/" + corpus()));
    try {
      return Path.of(folder.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The inputs of its corpus, by name. */
  List<Path> seeds() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.sorted().toList();
    }
  }
}

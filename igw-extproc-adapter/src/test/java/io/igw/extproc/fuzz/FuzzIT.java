package io.igw.extproc.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.extproc.testing.Jdks;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Fuzzes all targets at once, each in a JVM of its own: for {@code igw.fuzz.seconds}, or, if {@code
 * igw.fuzz.runs} is not 0, until so many inputs have been tried. Starts with the corpus; what was
 * found stays in {@code target/fuzz}.
 */
class FuzzIT {
  private static final int RUNS = Integer.getInteger("igw.fuzz.runs", 0);
  private static final int SECONDS = Integer.getInteger("igw.fuzz.seconds", 20);

  /** What is new to the fuzzer of this run; runs by number go on with what the last one found. */
  private static final Path OUTPUT = Path.of("target", "fuzz").toAbsolutePath();

  /** What reads the bytes of strangers, and the targets: more would only take time to start. */
  private static final String INSTRUMENTED =
      Stream.of(
              "runtime",
              "runtime.parse",
              "extproc.stream",
              "extproc.server",
              "extproc.picker",
              "extproc.fuzz")
          .map(name -> "io.igw." + name + ".*")
          .collect(Collectors.joining(":"));

  /** A machine that is this slow to end has another problem. */
  private static final int GRACE_SECONDS = 600;

  private static final long SHOWN_CHARS = 12_000;

  @Test
  void findsNothing() throws IOException, InterruptedException {
    Map<FuzzTarget, Process> fuzzers = new EnumMap<>(FuzzTarget.class);
    try {
      for (FuzzTarget target : FuzzTarget.values()) {
        fuzzers.put(target, start(target));
      }
      List<String> findings = new ArrayList<>();
      for (Map.Entry<FuzzTarget, Process> fuzzer : fuzzers.entrySet()) {
        await(fuzzer.getValue());
        if (fuzzer.getValue().exitValue() != 0) {
          findings.add(finding(fuzzer.getKey(), fuzzer.getValue().exitValue()));
        }
        System.out.println(fuzzer.getKey().corpus() + ": " + summary(fuzzer.getKey()));
      }
      assertThat(findings).isEmpty();
    } finally {
      fuzzers.values().forEach(Process::destroyForcibly);
    }
  }

  private static void await(Process fuzzer) throws InterruptedException {
    if (RUNS > 0) {
      fuzzer.waitFor();
    } else {
      assertThat(fuzzer.waitFor(SECONDS + GRACE_SECONDS, TimeUnit.SECONDS))
          .as("the fuzzer has ended")
          .isTrue();
    }
  }

  private static Process start(FuzzTarget target) throws IOException {
    Path folder = OUTPUT.resolve(target.corpus());
    Path found = folder.resolve("corpus");
    if (RUNS == 0) {
      delete(folder);
    }
    Files.createDirectories(found);
    List<String> command = new ArrayList<>();
    command.add(Jdks.java(Jdks.own()).toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:+EnableDynamicAgentLoading"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
    command.addAll(List.of("-cp", classPath()));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.type.getName());
    command.add("--instrumentation_includes=" + INSTRUMENTED);
    command.add("--custom_hook_includes=" + INSTRUMENTED);
    command.add("--reproducer_path=" + folder);
    command.add("-artifact_prefix=" + folder + "/");
    // The heap is the limit.
    command.add("-rss_limit_mb=0");
    command.add("-print_final_stats=1");
    if (RUNS > 0) {
      // What is compared with what helps the short run and halves the speed of the long one.
      command.add("--trace=cov,indir");
      command.add("-runs=" + RUNS);
    } else {
      command.add("-max_total_time=" + SECONDS);
    }
    command.add(found.toString());
    command.add(target.folder().toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log(target).toFile())
        .start();
  }

  /** Without JUnit, which Jazzer would ask for tests. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("junit-"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path log(FuzzTarget target) {
    return OUTPUT.resolve(target.corpus()).resolve("log.txt");
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = new ArrayList<>(walk.toList());
    }
    Collections.reverse(all);
    for (Path path : all) {
      Files.delete(path);
    }
  }

  private static String finding(FuzzTarget target, int exit) throws IOException {
    String log = Files.readString(log(target), StandardCharsets.ISO_8859_1);
    int from = log.indexOf("== Java Exception");
    String end = from < 0 ? log.substring(Math.max(0, log.length() - 4_000)) : log.substring(from);
    return target.corpus()
        + ": exit "
        + exit
        + "\n"
        + end.substring(0, (int) Math.min(end.length(), SHOWN_CHARS))
        + "\nTo see it again, copy the file that \"Test unit written to\" names (or what Base64 decodes to) into src/test/resources/fuzz/"
        + target.corpus()
        + " and run FuzzCorpusTest.";
  }

  private static String summary(FuzzTarget target) throws IOException {
    return Files.readAllLines(log(target), StandardCharsets.ISO_8859_1).stream()
        .filter(line -> line.startsWith("stat::"))
        .map(line -> line.replace("stat::", "").replaceAll(" +", " "))
        .toList()
        .toString();
  }
}

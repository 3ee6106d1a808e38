package io.igw.extproc.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.igw.extproc.Main;
import io.igw.extproc.testing.Jdks;
import io.igw.extproc.testing.PoolFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar rehearses, and starts with what was learnt. */
@Timeout(300)
class RehearsalIT {
  @TempDir Path directory;

  private static Process start(Path home, String flags, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Jdks.java(home).toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(Arrays.stream(flags.split(" ")).filter(flag -> !flag.isEmpty()).toList());
    command.addAll(List.of("-cp", System.getProperty("igw.jar"), Main.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aPickerStartsWithWhatAnotherHasLearnt() throws Exception {
    Optional<Path> home = Jdks.jdk25();
    assumeTrue(home.isPresent(), "no JDK 25 found (JAVA25_HOME, /usr/lib/jvm)");
    Path cache = directory.resolve("igw.aot");
    Process rehearsal = start(home.get(), "", "rehearse", "--cache=" + cache, "--seconds=2");
    String said = output(rehearsal);
    assertThat(rehearsal.waitFor()).as(said).isZero();
    assertThat(said)
        .containsPattern("small requests: [1-9][0-9,]* answered")
        .containsPattern("streamed answers: [1-9][0-9,]* answered")
        .containsPattern("long prompts: [1-9][0-9,]* answered")
        .containsPattern("igw.aot: [1-9][0-9]* MB");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(cache);
    }

    Path config = PoolFiles.write(directory, "127.9.0.1:8000");
    // Made to use it, a JVM that cannot does not start.
    Process picker =
        start(
            home.get(),
            "-XX:AOTMode=on -XX:AOTCache=" + cache,
            "epp",
            "--config-file=" + config,
            "--grpc-port=0",
            "--grpc-health-port=0",
            "--metrics-port=0");
    try {
      assertThat(picker.inputReader().lines().anyMatch(line -> line.contains("ready: ext-proc")))
          .isTrue();
    } finally {
      picker.destroyForcibly();
    }
  }

  @Test
  void badOptionsAndAnOldJdkAreOneClearLine() throws Exception {
    Path own = Jdks.own();
    Process nowhere = start(own, "", "rehearse", "--cache=" + directory.resolve("no/file"));
    assertThat(output(nowhere)).contains("no/file (expected: a file in a writable folder");
    assertThat(nowhere.waitFor()).isEqualTo(2);
    Process soon = start(own, "", "rehearse", "--cache=" + directory.resolve("f"), "--seconds=0");
    assertThat(output(soon)).contains("--seconds: 0 (expected: from 1 to 600)");
    assertThat(soon.waitFor()).isEqualTo(2);
    assumeTrue(Runtime.version().feature() < 25);
    Process old = start(own, "", "rehearse", "--cache=" + directory.resolve("f"));
    assertThat(output(old)).contains("(expected: 25 or newer");
    assertThat(old.waitFor()).isEqualTo(1);
  }
}

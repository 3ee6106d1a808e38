package io.igw.simulator.virtual;

import io.igw.simulator.virtual.SimulationSettings.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Configurations by the names that policies have in the literature. */
final class Profiles {
  /** The ready ones. */
  static final List<String> NAMES =
      List.of(
          "random",
          "round-robin",
          "least-request",
          "power-of-two",
          "affinity",
          "gie",
          "llm-d",
          "sglang-thresholds",
          "dynamo-linear",
          "lmetric",
          "least-load",
          "prefill-time");

  private Profiles() {}

  /**
   * A ready profile, or the configuration in a file.
   *
   * @throws IllegalArgumentException if there is neither
   */
  static Profile of(String nameOrFile) {
    if (NAMES.contains(nameOrFile)) {
      return new Profile(nameOrFile, ready(nameOrFile));
    }
    Path file = Path.of(nameOrFile);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "profile '"
              + nameOrFile
              + "': no such file (expected: a configuration file, or one of "
              + String.join(", ", NAMES)
              + ")");
    }
    try {
      Path name = file.getFileName();
      String shown = name == null ? nameOrFile : name.toString();
      return new Profile(shown.replaceFirst("\\.ya?ml$", ""), Files.readString(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(nameOrFile + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static String ready(String name) {
    try (InputStream in = Profiles.class.getResourceAsStream("profiles/" + name + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("no resource for profile " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.igw.extproc.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random streams through the whole server but for the transport, with a real picker behind it,
 * against a {@link io.igw.extproc.testing.StreamModel}: after every step the same answers, the same
 * end and the same state of the lease; header and metadata name the same destinations, all of the
 * subset; nothing stays held.
 */
class RandomStreamsTest {
  private static final int STREAMS = Integer.getInteger("igw.streams", 10_000);
  private static final long SEED = Long.getLong("igw.streams.seed", 0);

  @Test
  void everyStreamGoesAsTheModelSays() {
    try (StreamRig rig = new StreamRig()) {
      for (long seed = SEED; seed < SEED + STREAMS; seed++) {
        rig.run(seed);
      }
      rig.finish();
    }
  }

  @Test
  void theModelIsShortAndSharesNothingWithTheServer() throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of("src/test/java/io/igw/extproc/testing/StreamModel.java"));
    assertThat(lines).hasSizeLessThanOrEqualTo(200);
    assertThat(lines.stream().filter(line -> line.startsWith("import ")))
        .allMatch(line ->
            line.matches("import (static )?(java\\.|com\\.google\\.protobuf|io\\.envoyproxy).*"));
    assertThat(String.join("\n", lines)).doesNotContain("Messages", "Recorder");
  }
}

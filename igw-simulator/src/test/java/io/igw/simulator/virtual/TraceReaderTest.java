package io.igw.simulator.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.simulator.engine.Job;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceReaderTest {
  private static final String GOOD = "{\"at_ms\":5,\"prompt_tokens\":100,\"output_tokens\":7}\n";

  @TempDir Path directory;

  private Path file(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    try (OutputStream out =
        name.endsWith(".gz")
            ? new GZIPOutputStream(Files.newOutputStream(file))
            : Files.newOutputStream(file)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  @Test
  void readsMooncake() throws Exception {
    Path file =
        file(
            "m.jsonl.gz",
            "{\"timestamp\": 2000, \"input_length\": 1200, \"output_length\": 5,"
                + " \"hash_ids\": [0, 1, 2]}\n"
                + "{\"timestamp\": 1000, \"input_length\": 10, \"output_length\": 6,"
                + " \"hash_ids\": [9]}\n");
    Trace trace = TraceReader.read(file, false).trace();
    assertThat(trace.requests()).hasSize(2);
    assertThat(trace.requests().get(0).promptTokens()).isEqualTo(10);
    TraceRequest later = trace.requests().get(1);
    assertThat(later.arrivalNanos()).isEqualTo(1_000_000_000L);
    assertThat(later.blocks()).containsExactly(0, 1, 2);
    assertThat(later.blockTokens()).isEqualTo(512);
  }

  @Test
  void readsAzureWithItsLineEnds() throws Exception {
    Path file =
        file(
            "a.csv",
            "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
                + "2023-11-16 18:15:46.6805900,374,44\r\n"
                + "2023-11-16 18:15:47.6805900,396,109");
    Trace trace = TraceReader.read(file, false).trace();
    assertThat(trace.requests().get(1).arrivalNanos()).isEqualTo(1_000_000_000L);
    assertThat(trace.requests().get(1).outputTokens()).isEqualTo(109);
    assertThat(trace.requestsPerSecond()).isEqualTo(1);
  }

  @Test
  void readsItsOwn() throws Exception {
    Path file =
        file(
            "o.jsonl",
            GOOD
                + "\n{\"at_ms\":6.5,\"prompt_tokens\":128,\"output_tokens\":1,\"blocks\":[7],"
                + "\"block_tokens\":128,\"model\":\"adapter-1\",\"note\":{\"any\":[1]}}\n");
    Trace trace = TraceReader.read(file, false).trace();
    assertThat(trace.requests().get(1).model()).isEqualTo("adapter-1");
    assertThat(trace.requests().get(1).arrivalNanos()).isEqualTo(1_500_000);
    assertThat(trace.requests().get(1).blockTokens()).isEqualTo(128);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense                                             | Unrecognized token
          {"at_ms":1,"prompt_tokens":5                         | end-of-input
          {"at_ms":1,"prompt_tokens":5}                        | output tokens: NaN
          {"prompt_tokens":5,"output_tokens":5}                | time: NaN
          {"at_ms":-1,"prompt_tokens":5,"output_tokens":5}     | time: -1.0 (expected: >= 0)
          {"at_ms":1,"prompt_tokens":1e12,"output_tokens":5}   | prompt tokens
          {"at_ms":1,"prompt_tokens":5,"output_tokens":5,"block_tokens":100} | a multiple of 64
          {"at_ms":1,"prompt_tokens":5,"output_tokens":5,"blocks":3} | not a list
          {"at_ms":1,"prompt_tokens":5,"output_tokens":5,"blocks":["a"]} | not numeric
          {"at_ms":1e30,"prompt_tokens":5,"output_tokens":5}   | time: 1.0E30 (expected: at most 9e12 ms)
          {"at_ms":1,"prompt_tokens":5,"output_tokens":5} {}   | more behind the object
          {"at_ms":1,"prompt_tokens":5,"output_tokens":5} more | Unrecognized token
          [1]                                                  | not a JSON object
          """)
  void aBrokenLineIsNamed(String line, String problem) throws Exception {
    Path file = file("b.jsonl", GOOD + line + "\n" + GOOD);
    assertThatThrownBy(() -> TraceReader.read(file, false))
        .isInstanceOf(TraceException.class)
        .hasMessageContaining("b.jsonl:2: ")
        .hasMessageContaining(problem)
        .hasMessageContaining("--lenient");
    TraceReader.Read lenient = TraceReader.read(file, true);
    assertThat(lenient.skipped()).isEqualTo(1);
    assertThat(lenient.firstProblem()).contains(":2: ");
    assertThat(lenient.trace().requests()).hasSize(2);
  }

  @Test
  void aTraceOfYearsIsRefused() throws Exception {
    Path file =
        file("y.jsonl", GOOD + "{\"at_ms\":4e10,\"prompt_tokens\":5,\"output_tokens\":5}\n");
    assertThatThrownBy(() -> TraceReader.read(file, true))
        .isInstanceOf(TraceException.class)
        .hasMessageContaining(
            "y.jsonl:2: 462 days after the first request (expected: at most 366)");
  }

  @Test
  void nothingToReadIsSaid() throws Exception {
    assertThatThrownBy(() -> TraceReader.read(directory.resolve("none"), false))
        .hasMessageContaining("cannot be read");
    Path empty = file("e.jsonl", "\n");
    assertThatThrownBy(() -> TraceReader.read(empty, false)).hasMessageContaining("no requests");
  }

  @Test
  void promptsAreEqualAsFarAsTheirIdsAre() {
    TraceRequest one = new TraceRequest(0, 1500, 1, new long[] {0, 1, 2}, 512, "");
    TraceRequest two = new TraceRequest(0, 1400, 1, new long[] {0, 1, 5}, 512, "");
    long[] first = Job.blockHashes(new TracePrompt(one), 64);
    long[] second = Job.blockHashes(new TracePrompt(two), 64);
    assertThat(first).hasSize(23).doesNotHaveDuplicates();
    assertThat(second).hasSize(21);
    for (int i = 0; i < 21; i++) {
      assertThat(first[i] == second[i]).as("block %d", i).isEqualTo(i < 16);
    }
  }
}

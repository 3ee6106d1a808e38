package io.igw.benchmarks;

import io.igw.api.RequestHeaders;
import io.igw.spi.RequestParser;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A completions request whose prompt is token ids, parsed and hashed in pieces of 16 kB; beside it
 * a prompt of as many bytes of text. Ids are those of a vocabulary of 131,072.
 *
 * <p>Command: {@code benchmarks/jmh TokenIdsBenchmark -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(5)
public class TokenIdsBenchmark {
  private static final int PIECE = 16 * 1024;
  private static final int VOCABULARY = 131_072;

  /** Length of the prompt. */
  @Param({"1000", "1000000"})
  public int ids;

  /** What is behind each id. */
  @Param({",", ", "})
  public String comma;

  private RequestParser parser;
  private byte[] tokens;
  private byte[] text;

  /** Writes both bodies. */
  @Setup
  public void setUp() {
    parser = new PluginBench().create("openai-parser", RequestParser.class);
    SplittableRandom random = new SplittableRandom(3);
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < ids; i++) {
      list.append(i == 0 ? "" : comma).append(random.nextInt(VOCABULARY));
    }
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < list.length() - 2; i++) {
      words.append(i % 6 == 5 ? ' ' : (char) ('a' + random.nextInt(26)));
    }
    tokens = body("[" + list + "]");
    text = body("\"" + words + "\"");
  }

  private static byte[] body(String prompt) {
    String json = "{\"model\":\"m\",\"prompt\":" + prompt + ",\"max_tokens\":128}";
    return json.getBytes(StandardCharsets.UTF_8);
  }

  /** Token ids. */
  @Benchmark
  public long tokens() {
    return parse(tokens);
  }

  /** Text of the same size. */
  @Benchmark
  public long text() {
    return parse(text);
  }

  private long parse(byte[] body) {
    RequestParser.RequestBody request = parser.request("/v1/completions", RequestHeaders.NONE);
    for (int at = 0; at < body.length; at += PIECE) {
      request.feed(body, at, Math.min(PIECE, body.length - at));
    }
    RequestParser.Parsed parsed = request.finish();
    if (parsed.error() != null) {
      throw new IllegalStateException(parsed.error());
    }
    int blocks = parsed.prompt("m").blocks(64);
    return parsed.prompt("m").blockHash(64, blocks - 1);
  }
}

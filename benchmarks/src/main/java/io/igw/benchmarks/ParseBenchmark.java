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
 * A chat request body parsed and hashed in pieces of 16 kB, as HTTP/2 delivers it: one pass,
 * fields, prompt blocks, chain.
 *
 * <p>Command: {@code benchmarks/jmh ParseBenchmark -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(5)
public class ParseBenchmark {
  private static final int PIECE = 16 * 1024;

  /** Length of the body. */
  @Param({"1000", "40000", "400000"})
  public int bodyBytes;

  private RequestParser parser;
  private byte[] body;

  /** Writes the body: several turns, some escapes. */
  @Setup
  public void setUp() {
    parser = new PluginBench().create("openai-parser", RequestParser.class);
    SplittableRandom random = new SplittableRandom(3);
    StringBuilder json = new StringBuilder("{\"model\":\"m\",\"stream\":true,\"messages\":[");
    String role = "system";
    while (json.length() < bodyBytes - 60) {
      json.append(role.equals("system") ? "" : ",")
          .append("{\"role\":\"")
          .append(role)
          .append("\",\"content\":\"");
      int turn = Math.min(4000, bodyBytes - 60 - json.length());
      for (int i = 0; i < turn; i++) {
        if (i % 300 == 299) {
          json.append("\\n");
        } else {
          json.append(i % 6 == 5 ? ' ' : (char) ('a' + random.nextInt(26)));
        }
      }
      json.append("\"}");
      role = role.equals("user") ? "assistant" : "user";
    }
    body = json.append("],\"max_tokens\":128}").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Parse and hash. */
  @Benchmark
  public long parse() {
    RequestParser.RequestBody request = parser.request("/v1/chat/completions", RequestHeaders.NONE);
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

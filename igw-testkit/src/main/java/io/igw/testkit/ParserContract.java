package io.igw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Prompt;
import io.igw.api.RequestHeaders;
import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import io.igw.spi.RequestParser.Parsed;
import io.igw.spi.RequestParser.RequestBody;
import io.igw.spi.RequestParser.ResponseBody;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every parser owes the runtime. A plugin's test class extends this. */
public abstract class ParserContract {
  /** Stands in the prompts of {@link #requests}: errors must not repeat it. */
  protected static final String SECRET = "whisper-0451";

  private static final int BLOCK_TOKENS = 64;
  private static final int CUTS = 40;
  private static final int DAMAGES = 300;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** A body and where it comes from: a path for requests, a content type for responses. */
  public record Sample(String from, String body, Charset charset) {
    /** A body that is a text. */
    public Sample(String from, String body) {
      this(from, body, StandardCharsets.UTF_8);
    }

    /** A body that is none. */
    public static Sample of(String from, byte[] body) {
      return new Sample(
          from, new String(body, StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1);
    }

    byte[] bytes() {
      return body.getBytes(charset);
    }
  }

  /** For subclasses. */
  protected ParserContract() {}

  /** The parser under test; called once per test. */
  protected abstract RequestParser parser();

  /** Sound requests; {@link #SECRET} should be part of each prompt. */
  protected abstract List<Sample> requests();

  /** Sound responses. */
  protected abstract List<Sample> responses();

  /** A request with a prompt of about that many characters. */
  protected abstract Sample large(int characters);

  /** All that a request says, in a form that can be compared. */
  private record Said(
      @org.jspecify.annotations.Nullable String error,
      @org.jspecify.annotations.Nullable String model,
      long modelStart,
      long modelEnd,
      boolean stream,
      int maxOutputTokens,
      int promptTokens,
      List<Long> blocks) {}

  private static Said said(Parsed parsed) {
    if (parsed.error() != null) {
      return new Said(parsed.error(), null, -1, -1, false, -1, 0, List.of());
    }
    Prompt prompt = parsed.prompt("target");
    List<Long> blocks = new ArrayList<>();
    for (int i = 0; i < prompt.blocks(BLOCK_TOKENS); i++) {
      blocks.add(prompt.blockHash(BLOCK_TOKENS, i));
    }
    return new Said(
        null,
        parsed.model(),
        parsed.modelStart(),
        parsed.modelEnd(),
        parsed.stream(),
        parsed.maxOutputTokens(),
        prompt.estimatedTokens(),
        blocks);
  }

  private static Said read(RequestParser parser, Sample sample, byte[] bytes, int... cuts) {
    RequestBody body = parser.request(sample.from(), RequestHeaders.NONE);
    feed(body::feed, bytes, cuts);
    return said(body.finish());
  }

  private static Usage answer(RequestParser parser, Sample sample, byte[] bytes, int... cuts) {
    ResponseBody body = parser.response(sample.from());
    feed(body::feed, bytes, cuts);
    return body.usage();
  }

  /** Takes bytes. */
  @FunctionalInterface
  private interface Feed {
    void feed(byte[] source, int offset, int length);
  }

  /**
   * Whole, if nothing is cut; else each piece stands in the middle of an array that is overwritten
   * afterwards.
   */
  private static void feed(Feed feed, byte[] bytes, int... cuts) {
    if (cuts.length == 0) {
      feed.feed(bytes, 0, bytes.length);
      return;
    }
    int from = 0;
    for (int cut = 0; cut <= cuts.length; cut++) {
      int to = cut < cuts.length ? cuts[cut] : bytes.length;
      byte[] piece = new byte[to - from + 6];
      Arrays.fill(piece, (byte) '"');
      System.arraycopy(bytes, from, piece, 3, to - from);
      feed.feed(piece, 3, to - from);
      Arrays.fill(piece, (byte) '}');
      from = to;
    }
  }

  private static int[] cuts(Random random, int length) {
    return random.ints(random.nextInt(8), 0, length + 1).sorted().toArray();
  }

  private static int[] everywhere(int length) {
    int[] cuts = new int[length];
    Arrays.setAll(cuts, i -> i);
    return cuts;
  }

  /** Samples are read without complaint, or the other tests would say little. */
  @Test
  public void readsItsSamples() {
    RequestParser parser = parser();
    assertThat(requests()).isNotEmpty();
    for (Sample sample : requests()) {
      assertThat(read(parser, sample, sample.bytes()).error()).as(sample.body()).isNull();
    }
  }

  /** However the gateway cuts a request, and whatever becomes of the arrays, it says the same. */
  @Test
  public void readsRequestsTheSameHoweverTheyAreCut() {
    RequestParser parser = parser();
    Random random = new Random(1);
    for (Sample sample : requests()) {
      byte[] bytes = sample.bytes();
      Said whole = read(parser, sample, bytes);
      assertThat(read(parser, sample, bytes, everywhere(bytes.length)))
          .as("byte by byte: %s", sample.body())
          .isEqualTo(whole);
      for (int i = 0; i < CUTS; i++) {
        int[] cuts = cuts(random, bytes.length);
        assertThat(read(parser, sample, bytes, cuts))
            .as("cut at %s: %s", Arrays.toString(cuts), sample.body())
            .isEqualTo(whole);
      }
    }
  }

  /** The same for responses. */
  @Test
  public void readsResponsesTheSameHoweverTheyAreCut() {
    RequestParser parser = parser();
    Random random = new Random(2);
    for (Sample sample : responses()) {
      byte[] bytes = sample.bytes();
      Usage whole = answer(parser, sample, bytes);
      assertThat(answer(parser, sample, bytes, everywhere(bytes.length))).isEqualTo(whole);
      for (int i = 0; i < CUTS; i++) {
        assertThat(answer(parser, sample, bytes, cuts(random, bytes.length))).isEqualTo(whole);
      }
    }
  }

  /** Cut off or damaged bodies are errors or are read; nothing is thrown, no prompt is repeated. */
  @Test
  public void survivesDamage() {
    RequestParser parser = parser();
    Random random = new Random(3);
    for (Sample sample : requests()) {
      byte[] bytes = sample.bytes();
      for (int length = 0; length < bytes.length; length++) {
        survives(parser, sample, Arrays.copyOf(bytes, length));
      }
      for (int i = 0; i < DAMAGES; i++) {
        survives(parser, sample, damaged(random, bytes));
      }
    }
    for (Sample sample : responses()) {
      for (int i = 0; i < DAMAGES; i++) {
        answer(parser, sample, damaged(random, sample.bytes()));
      }
    }
  }

  private static byte[] damaged(Random random, byte[] bytes) {
    byte[] damaged = bytes.clone();
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
    }
    return damaged;
  }

  private static void survives(RequestParser parser, Sample sample, byte[] bytes) {
    String error;
    try {
      error = read(parser, sample, bytes).error();
    } catch (RuntimeException e) {
      throw new AssertionError("a damaged body is an error, not an exception", e);
    }
    if (error != null) {
      assertThat(error).as("an error must not repeat the prompt").doesNotContain(SECRET);
    }
  }

  /** One instance serves several threads at once. */
  @Test
  public void servesSeveralThreads() {
    RequestParser parser = parser();
    List<Said> expected = readAll(parser);
    for (List<Said> read : Contract.onThreads(() -> readAll(parser))) {
      assertThat(read).isEqualTo(expected);
    }
  }

  private List<Said> readAll(RequestParser parser) {
    List<Said> all = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      for (Sample sample : requests()) {
        byte[] bytes = sample.bytes();
        all.add(read(parser, sample, bytes, bytes.length / 3, bytes.length / 2));
      }
    }
    return all;
  }

  /** A large body is read as it passes: what is kept of it is small. */
  @Test
  public void copiesNoBody() {
    RequestParser parser = parser();
    Sample sample = large(2_000_000);
    byte[] bytes = sample.bytes();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      RequestBody body = parser.request(sample.from(), RequestHeaders.NONE);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int from = 0; from < bytes.length; from += 16_384) {
        body.feed(bytes, from, Math.min(16_384, bytes.length - from));
      }
      Parsed parsed = body.finish();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      assertThat(parsed.error()).isNull();
    }
    assertThat(least)
        .as("bytes allocated for a body of %d", bytes.length)
        .isLessThan(bytes.length / 2);
  }

  /** The calling thread is an event loop. */
  @Test
  public void neverWaits() {
    RequestParser parser = parser();
    Contract.assertNeverWaits(() -> readAll(parser));
  }
}

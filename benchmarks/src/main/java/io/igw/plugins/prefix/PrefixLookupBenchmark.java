package io.igw.plugins.prefix;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One lookup of a prompt in an index that 100 endpoints share and that holds 100,000 other blocks:
 * a short prompt that a few endpoints hold, and a prompt of 640 blocks that all of them hold to its
 * end. Each call takes another of 16 prompts. With {@code writer}, a thread follows a new snapshot
 * and records a prompt every 10 ms.
 *
 * <p>It stands in the package of the index, which is not public.
 *
 * <p>Command: {@code benchmarks/jmh PrefixLookupBenchmark -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(5)
public class PrefixLookupBenchmark {
  private static final int BLOCK = 64;
  private static final int ENDPOINTS = 100;
  private static final int PROMPTS = 16;
  private static final int CAPACITY = 1 << 20;

  /** Whether a writer works beside the lookups. */
  @Param({"false", "true"})
  public boolean writer;

  private final PrefixIndex index = new PrefixIndex(64L << 20);
  private final SlotMatches matches = new SlotMatches();
  private final Prompt[] small = new Prompt[PROMPTS];
  private final Prompt[] large = new Prompt[PROMPTS];
  private int next;
  private volatile boolean stop;

  /** Fills the index. */
  @Setup(Level.Trial)
  public void setUp() {
    index.follow(snapshot(1));
    for (int family = 0; family < 1000; family++) {
      record(family % ENDPOINTS, prompt(100 + family, 100));
    }
    for (int i = 0; i < PROMPTS; i++) {
      small[i] = prompt(i, 8);
      large[i] = prompt(20 + i, 640);
      for (int endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
        if (endpoint % 20 == i) {
          record(endpoint, small[i]);
        }
        record(endpoint, large[i]);
      }
    }
    if (writer) {
      Thread thread = new Thread(this::write, "writer");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Stops the writer. */
  @TearDown(Level.Trial)
  public void tearDown() {
    stop = true;
  }

  /** A prompt of 8 blocks. */
  @Benchmark
  public int lookup8() {
    return lookup(small);
  }

  /** A prompt of 640 blocks, held by every endpoint. */
  @Benchmark
  public int lookup640() {
    return lookup(large);
  }

  private int lookup(Prompt[] prompts) {
    Prompt prompt = prompts[next++ & PROMPTS - 1];
    index.match(prompt, BLOCK, prompt.blocks(BLOCK), matches);
    return matches.blocks(next % ENDPOINTS, 1);
  }

  private void write() {
    long version = 2;
    while (!stop) {
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        return;
      }
      index.follow(snapshot(version++));
      record((int) (version % ENDPOINTS), prompt(2000 + (int) (version & 63), 100));
    }
  }

  private void record(int slot, Prompt prompt) {
    index.record(slot, 1, prompt, BLOCK, prompt.blocks(BLOCK), CAPACITY);
  }

  private static EndpointSnapshot snapshot(long version) {
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder().version(version);
    for (int slot = 0; slot < ENDPOINTS; slot++) {
      EndpointId id = new EndpointId("default", String.format("pod-%04d", slot));
      builder.endpoint(Endpoint.of(id, "10.0.0.1", 8000, Map.of(), slot, 1));
    }
    return builder.build();
  }

  private static Prompt prompt(int family, int blocks) {
    PromptBuilder builder = new PromptBuilder();
    for (int block = 0; block < blocks; block++) {
      for (int token = 0; token < Prompt.BASE_BLOCK_TOKENS; token++) {
        builder.token(family * 1000 + block);
      }
    }
    return builder.build("m", null);
  }
}

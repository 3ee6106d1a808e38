package io.igw.scheduler;

import io.igw.api.Decision;
import io.igw.api.Derived;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.benchmarks.PluginBench;
import io.igw.benchmarks.PoolBench;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
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
 * A scheduling cycle of queue, KV-cache, active-request and LoRA scorers with max-score picker,
 * alone and with reservation, decision and lease, which ends at once. With {@code filtered}, a role
 * filter runs first and keeps three quarters.
 *
 * <p>It stands in the package of the scheduler, whose bare cycle is not public.
 *
 * <p>Command: {@code benchmarks/jmh CycleBenchmark -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(5)
@NullUnmarked
public class CycleBenchmark {
  /** Endpoints of the pool. */
  @Param({"5", "100", "1000", "5000"})
  public int endpoints;

  /** Whether a role filter runs first. */
  @Param({"false", "true"})
  public boolean filtered;

  /** Milliseconds between two publications of the pool's writer, 0 for none. */
  @Param({"0"})
  public int publishEveryMillis;

  private EndpointPool pool;
  private Scheduler scheduler;
  private InferenceRequest request;
  private Thread writer;
  private volatile boolean stop;

  /** Builds pool and scheduler. */
  @Setup(Level.Trial)
  public void setUp() {
    PluginBench plugins = new PluginBench();
    Scorer queue = plugins.create("queue-scorer", Scorer.class);
    Scorer kv = plugins.create("kv-cache-utilization-scorer", Scorer.class);
    Scorer active = plugins.create("active-request-scorer", Scorer.class);
    Scorer lora = plugins.create("lora-affinity-scorer", Scorer.class);
    Picker picker = plugins.create("max-score-picker", Picker.class);
    pool = PoolBench.pool(endpoints, plugins.schema());
    scheduler =
        Scheduler.builder(pool)
            .schema(plugins.schema())
            .pluginDurations(new PluginMeters(), types())
            .profile(
                "default",
                profile -> {
                  if (filtered) {
                    profile.filter("decode-filter", roleFilter("decode"));
                  }
                  profile
                      .scorer("queue-scorer", queue, 2)
                      .scorer("kv-cache-utilization-scorer", kv, 2)
                      .scorer("active-request-scorer", active, 1)
                      .scorer("lora-affinity-scorer", lora, 1)
                      .picker("max-score-picker", picker);
                })
            .seed(1)
            .build();
    request = InferenceRequest.builder().model("adapter-3").prompt("hello").build();
    if (publishEveryMillis > 0) {
      writer = new Thread(this::publish, "writer");
      writer.setDaemon(true);
      writer.start();
    }
  }

  /** Stops the writer. */
  @TearDown(Level.Trial)
  public void tearDown() {
    stop = true;
    scheduler.close();
    pool.close();
  }

  /** The cycle: filter, score, pick. */
  @Benchmark
  public @Nullable Endpoint cycle() {
    return scheduler.decideOnly(request);
  }

  /** Cycle, reservation, decision, lease, release. */
  @Benchmark
  public Outcome decision() {
    Outcome outcome = scheduler.schedule(request, null);
    ((Decision) outcome).abandon();
    return outcome;
  }

  private void publish() {
    SplittableRandom random = new SplittableRandom(2);
    while (!stop) {
      try {
        Thread.sleep(publishEveryMillis);
      } catch (InterruptedException e) {
        return;
      }
      for (int i = 0; i < endpoints; i += 10) {
        PoolBench.report(pool, i, random);
      }
    }
  }

  /** As in a picker: one cycle of 256 is timed. */
  private static Map<String, String> types() {
    return Stream.of(
            "decode-filter",
            "queue-scorer",
            "kv-cache-utilization-scorer",
            "active-request-scorer",
            "lora-affinity-scorer",
            "max-score-picker")
        .collect(Collectors.toMap(type -> type, type -> type));
  }

  private static Filter roleFilter(String role) {
    Derived<long[]> bits = Derived.of(snapshot -> roleBits(snapshot, role));
    return (cycle, candidates) -> candidates.retain(cycle.snapshot().derived(bits));
  }

  private static long[] roleBits(EndpointSnapshot snapshot, String role) {
    long[] bits = new long[(snapshot.size() + 63) / 64];
    for (int o = 0; o < snapshot.size(); o++) {
      if (role.equals(snapshot.endpoint(o).labels().get("llm-d.ai/role"))) {
        bits[o / 64] |= 1L << o % 64;
      }
    }
    return bits;
  }
}

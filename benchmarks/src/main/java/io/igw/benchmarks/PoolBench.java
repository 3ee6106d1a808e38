package io.igw.benchmarks;

import io.igw.api.Attribute;
import io.igw.api.EndpointId;
import io.igw.api.LoraAdapters;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointReport;
import io.igw.scheduler.EndpointSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Pools as a benchmark finds them: every endpoint with metrics, adapters and a role. */
public final class PoolBench {
  private PoolBench() {}

  /** A pool of this size; a quarter of the endpoints has the role prefill, the others decode. */
  public static EndpointPool pool(int size, Schema schema) {
    EndpointPool pool = EndpointPool.builder().schema(schema).build();
    List<EndpointSpec> specs = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      specs.add(
          new EndpointSpec(
              id(i),
              "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255),
              8000,
              0,
              Map.of("llm-d.ai/role", i % 4 == 0 ? "prefill" : "decode")));
    }
    pool.replaceAll(specs);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < size; i++) {
      report(pool, i, random);
    }
    return pool;
  }

  /** Reports new numbers of the i-th endpoint. */
  public static void report(EndpointPool pool, int i, SplittableRandom random) {
    pool.report(
        new EndpointReport(id(i), System.nanoTime())
            .set(Signal.WAITING_REQUESTS, random.nextInt(20))
            .set(Signal.RUNNING_REQUESTS, random.nextInt(64))
            .set(Signal.KV_CACHE_USAGE, random.nextDouble())
            .set(
                Attribute.LORA_ADAPTERS,
                new LoraAdapters(
                    Set.of("adapter-" + i % 7, "adapter-" + (i + 3) % 7), Set.of(), 4)));
  }

  static EndpointId id(int i) {
    return new EndpointId("default", String.format("pod-%05d", i));
  }
}

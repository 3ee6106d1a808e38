package io.igw.testkit;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Makes pools and requests at random for property tests; the same seed makes the same cycle. */
public final class RandomCycles {
  private static final long NOW_NANOS = 1_000_000_000L;
  private static final String[] ROLES = {"prefill", "decode", "prefill-decode"};

  /** Which numbers of the endpoints are known. */
  public enum Numbers {
    /** All. */
    KNOWN,
    /** Each with probability one half. */
    SOME,
    /** None was ever seen. */
    NONE
  }

  private RandomCycles() {}

  /** A cycle over that many endpoints, all of them candidates. */
  public static TestCycle of(long seed, int endpoints, Numbers numbers) {
    RandomGenerator random = new SplittableRandom(seed);
    TestCycle cycle =
        TestCycle.on(snapshot(random, endpoints, numbers))
            .request(request(random))
            .nowNanos(NOW_NANOS)
            .seed(random.nextLong());
    for (int i = 0; i < endpoints; i++) {
      // Few distinct values, so that ties are frequent.
      int requests = random.nextInt(4);
      cycle.inFlight(i, requests, requests * 100.0);
    }
    return cycle;
  }

  private static EndpointSnapshot snapshot(RandomGenerator random, int endpoints, Numbers numbers) {
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder();
    for (int i = 0; i < endpoints; i++) {
      Map<String, String> labels =
          random.nextBoolean()
              ? Map.of("llm-d.ai/role", ROLES[random.nextInt(ROLES.length)])
              : Map.of();
      EndpointId id = new EndpointId("default", String.format("pod-%05d", i));
      builder.endpoint(Endpoint.of(id, "10.0.0.1", 8000 + i, labels, i, 1));
      number(builder, random, numbers, Signal.WAITING_REQUESTS, i, random.nextInt(8));
      number(builder, random, numbers, Signal.RUNNING_REQUESTS, i, random.nextInt(8));
      number(builder, random, numbers, Signal.KV_CACHE_USAGE, i, random.nextInt(11) / 10.0);
      number(builder, random, numbers, Signal.CACHE_BLOCK_SIZE, i, 16);
      number(builder, random, numbers, Signal.CACHE_BLOCKS, i, 1000);
      if (numbers != Numbers.NONE && random.nextBoolean()) {
        builder.attribute(Attribute.LORA_ADAPTERS, i, adapters(random));
      }
    }
    return builder.build();
  }

  private static void number(
      EndpointSnapshot.Builder builder,
      RandomGenerator random,
      Numbers numbers,
      Signal signal,
      int n,
      double value) {
    long seenNanos = random.nextLong(NOW_NANOS);
    if (numbers == Numbers.KNOWN || (numbers == Numbers.SOME && random.nextBoolean())) {
      builder.value(signal, n, value, seenNanos);
    }
  }

  private static LoraAdapters adapters(RandomGenerator random) {
    return new LoraAdapters(
        Set.of("adapter-" + random.nextInt(4)),
        random.nextBoolean() ? Set.of("adapter-" + random.nextInt(4)) : Set.of(),
        random.nextInt(4));
  }

  private static InferenceRequest request(RandomGenerator random) {
    String model = random.nextBoolean() ? "base" : "adapter-" + random.nextInt(4);
    InferenceRequest.Builder request =
        InferenceRequest.builder()
            .model(model)
            .prompt("word ".repeat(random.nextInt(400)))
            .priority(random.nextInt(3) - 1);
    return random.nextBoolean()
        ? request.maxOutputTokens(random.nextInt(1000)).build()
        : request.build();
  }
}

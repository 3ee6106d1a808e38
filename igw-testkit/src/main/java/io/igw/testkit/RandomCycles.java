package io.igw.testkit;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.LoraAdapters;
import io.igw.api.PromptBuilder;
import io.igw.api.Signal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Makes pools and requests at random for property tests; the same seed makes the same cycle.
 *
 * <p>Endpoints have labels for roles, places and context lengths. Prompts of one model begin alike.
 * About half the requests have each of: media, a session id and token, a wanted role, a list of
 * addresses for conformance tests.
 */
public final class RandomCycles {
  private static final long NOW_NANOS = 1_000_000_000L;
  private static final String[] ROLES = {"prefill", "decode", "prefill-decode", "encode"};
  private static final String[] LENGTHS = {"0-100", "100-1000", "0-100000"};
  private static final int HOSTS = 8;
  private static final String HOST = "10.0.0.1";
  private static final int PORT = 8000;

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

  /**
   * A cycle over that many endpoints, all of them candidates.
   *
   * @param more signals beside the standard ones; their numbers are between 0 and 1
   */
  public static TestCycle of(long seed, int endpoints, Numbers numbers, Signal... more) {
    RandomGenerator random = new SplittableRandom(seed);
    TestCycle cycle =
        TestCycle.on(snapshot(random, endpoints, numbers, more))
            .request(request(random, endpoints))
            .nowNanos(NOW_NANOS)
            .seed(random.nextLong());
    for (int i = 0; i < endpoints; i++) {
      // Few distinct values, so that ties are frequent.
      int requests = random.nextInt(4);
      cycle.inFlight(i, requests, requests * 100.0);
    }
    return cycle;
  }

  private static EndpointSnapshot snapshot(
      RandomGenerator random, int endpoints, Numbers numbers, Signal[] more) {
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder();
    for (int i = 0; i < endpoints; i++) {
      EndpointId id = new EndpointId("default", name(i));
      builder.endpoint(Endpoint.of(id, HOST, PORT + i, labels(random), i, 1));
      number(builder, random, numbers, Signal.WAITING_REQUESTS, i, random.nextInt(8));
      number(builder, random, numbers, Signal.RUNNING_REQUESTS, i, random.nextInt(8));
      number(builder, random, numbers, Signal.KV_CACHE_USAGE, i, random.nextInt(11) / 10.0);
      number(builder, random, numbers, Signal.CACHE_BLOCK_SIZE, i, 16);
      number(builder, random, numbers, Signal.CACHE_BLOCKS, i, 1000);
      for (Signal signal : more) {
        number(builder, random, numbers, signal, i, random.nextInt(11) / 10.0);
      }
      if (numbers != Numbers.NONE && random.nextBoolean()) {
        builder.attribute(Attribute.LORA_ADAPTERS, i, adapters(random));
      }
    }
    return builder.build();
  }

  private static String name(int endpoint) {
    return String.format("pod-%05d", endpoint);
  }

  private static Map<String, String> labels(RandomGenerator random) {
    Map<String, String> labels = new HashMap<>();
    if (random.nextBoolean()) {
      labels.put("llm-d.ai/role", ROLES[random.nextInt(ROLES.length)]);
    }
    if (random.nextBoolean()) {
      labels.put("llm-d.ai/context-length-range", LENGTHS[random.nextInt(LENGTHS.length)]);
    }
    int host = random.nextInt(HOSTS);
    labels.put("kubernetes.io/hostname", "host-" + host);
    labels.put("topology.kubernetes.io/zone", "zone-" + host / 2);
    labels.put("topology.kubernetes.io/region", "region-" + host / 4);
    return labels;
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

  private static InferenceRequest request(RandomGenerator random, int endpoints) {
    String model = random.nextBoolean() ? "base" : "adapter-" + random.nextInt(4);
    PromptBuilder prompt = new PromptBuilder().text("word ".repeat(random.nextInt(400)));
    for (int item = random.nextBoolean() ? 0 : 1 + random.nextInt(3); item > 0; item--) {
      int content = 1 + random.nextInt(8);
      prompt.media(content * 0x9E3779B97F4A7C15L, 100 * content);
    }
    InferenceRequest.Builder request =
        InferenceRequest.builder()
            .model(model)
            .prompt(prompt.build(model, null))
            .priority(random.nextInt(3) - 1)
            .header("x-request-id", "request-" + random.nextLong());
    if (random.nextBoolean()) {
      request.header("x-role", ROLES[random.nextInt(ROLES.length)]);
    }
    if (random.nextBoolean()) {
      String id = "default/" + name(random.nextInt(endpoints));
      request
          .header("x-session-id", "session-" + random.nextInt(4))
          .header(
              "x-session-token",
              Base64.getEncoder().encodeToString(id.getBytes(StandardCharsets.UTF_8)));
    }
    if (random.nextBoolean()) {
      request.header(
          "test-epp-endpoint-selection",
          HOST + ":" + (PORT + random.nextInt(endpoints)) + ", 10.9.9.9");
    }
    return random.nextBoolean()
        ? request.maxOutputTokens(random.nextInt(1000)).build()
        : request.build();
  }
}

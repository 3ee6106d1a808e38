package io.igw.simulator.virtual;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Workloads made from a seed; arrivals are Poisson. */
final class Workloads {
  /** The kinds. */
  static final List<String> NAMES =
      List.of("shared-prefix", "multi-turn", "agentic", "lora-mix", "bursts");

  private static final int BLOCK = 64;

  private final RandomGenerator random;
  private final List<TraceRequest> requests = new ArrayList<>();
  private long nextContent = 1;

  private Workloads(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /**
   * Makes a workload.
   *
   * @param count requests, at least 1
   * @param perSecond mean rate
   */
  static Trace make(String kind, int count, double perSecond, long seed) {
    Workloads workload = new Workloads(seed);
    switch (kind) {
      case "shared-prefix" -> workload.sharedPrefix(count, perSecond, 0);
      case "multi-turn" -> workload.conversations(count, perSecond, 6, 8, 30, 200);
      case "agentic" -> workload.conversations(count, perSecond, 20, 40, 2, 80);
      case "lora-mix" -> workload.sharedPrefix(count, perSecond, 12);
      case "bursts" -> workload.bursts(count, perSecond);
      default ->
          throw new IllegalArgumentException(
              "workload '" + kind + "' (expected: one of " + String.join(", ", NAMES) + ")");
    }
    workload.requests.sort(Comparator.comparingLong(TraceRequest::arrivalNanos));
    List<TraceRequest> first = workload.requests.subList(0, count);
    return new Trace(kind, first);
  }

  /** Twenty system prompts of 2,048 tokens, each with short questions; models by popularity. */
  private void sharedPrefix(int count, double perSecond, int adapters) {
    double now = 0;
    for (int i = 0; i < count; i++) {
      now += wait(perSecond);
      List<Long> content = new ArrayList<>();
      long system = 1_000_000L * (1 + popular(20));
      for (int b = 0; b < 32; b++) {
        content.add(system + b);
      }
      fresh(content, 1 + random.nextInt(8));
      String model = adapters == 0 ? "" : "adapter-" + popular(adapters);
      add(now, content, 50 + random.nextInt(200), model);
    }
  }

  /** Conversations or loops whose every turn repeats all that went before. */
  private void conversations(
      int count, double perSecond, int turns, int blocksPerTurn, double pause, int output) {
    double begin = 0;
    while (requests.size() < 3 * count) {
      begin += wait(perSecond / turns);
      List<Long> content = new ArrayList<>();
      fresh(content, 8);
      double now = begin;
      int length = 1 + random.nextInt(2 * turns - 1);
      for (int turn = 0; turn < length; turn++) {
        fresh(content, 1 + random.nextInt(2 * blocksPerTurn - 1));
        int answer = 1 + random.nextInt(2 * output);
        add(now, content, answer, "");
        // The answer becomes part of the next prompt.
        fresh(content, Math.max(1, answer / BLOCK));
        now += wait(1 / pause);
      }
    }
  }

  /** Shared prefixes; a tenth of the time brings half of the requests. */
  private void bursts(int count, double perSecond) {
    double now = 0;
    for (int i = 0; i < count; i++) {
      double inPeriod = now % 10;
      now += wait(inPeriod < 1 ? 5 * perSecond : 5.0 / 9 * perSecond);
      List<Long> content = new ArrayList<>();
      long system = 1_000_000L * (1 + popular(20));
      for (int b = 0; b < 16; b++) {
        content.add(system + b);
      }
      fresh(content, 1 + random.nextInt(16));
      add(now, content, 50 + random.nextInt(200), "");
    }
  }

  /** Seconds to the next arrival. */
  private double wait(double perSecond) {
    return -Math.log(1 - random.nextDouble()) / perSecond;
  }

  /** A number below {@code n}, the k-th with a weight of 1/k. */
  private int popular(int n) {
    double total = 0;
    for (int k = 1; k <= n; k++) {
      total += 1.0 / k;
    }
    double left = random.nextDouble() * total;
    for (int k = 1; k < n; k++) {
      left -= 1.0 / k;
      if (left < 0) {
        return k - 1;
      }
    }
    return n - 1;
  }

  private void fresh(List<Long> content, int blocks) {
    for (int i = 0; i < blocks; i++) {
      content.add(nextContent++);
    }
  }

  private void add(double seconds, List<Long> content, int output, String model) {
    long[] blocks = content.stream().mapToLong(Long::longValue).toArray();
    int tokens = blocks.length * BLOCK + random.nextInt(BLOCK);
    requests.add(new TraceRequest((long) (seconds * 1e9), tokens, output, blocks, BLOCK, model));
  }
}

package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Decision;
import io.igw.api.InferenceRequest;
import io.igw.api.Prompt;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AllocationTest {
  private static final int ENDPOINTS = 100;
  private static final int ROUNDS = 2000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void lookupsAndRepeatedRecordsAllocateNothing() {
    int[] generations = new int[ENDPOINTS];
    Arrays.fill(generations, 1);
    PrefixIndex index = new Indexed(16 << 20).follow(1, generations).index;
    Prompt prompt = Prompts.family(1, 640);
    Prompt unknown = Prompts.family(2, 8);
    for (int slot = 0; slot < ENDPOINTS; slot++) {
      index.record(slot, 1, prompt, 64, 640, 31_250);
    }
    SlotMatches matches = new SlotMatches();
    run(index, prompt, unknown, matches);
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    run(index, prompt, unknown, matches);
    long allocated = threads.getThreadAllocatedBytes(thread) - before;
    assertThat(allocated / ROUNDS).isZero();
    assertThat(matches.blocks(ENDPOINTS - 1, 1)).isZero();
  }

  @Test
  void aPickWithProducerScorerAndRecordAllocatesNoMoreThanTheDecision() {
    try (Gateway gateway = new Gateway(ENDPOINTS)) {
      gateway.producer(Map.of());
      gateway.profile("default", Map.of()).handler().start();
      InferenceRequest request = Gateway.request(Prompts.family(1, 40));
      run(gateway, request);
      long thread = Thread.currentThread().getId();
      long before = threads.getThreadAllocatedBytes(thread);
      run(gateway, request);
      long allocated = threads.getThreadAllocatedBytes(thread) - before;
      assertThat(allocated / (2 * ROUNDS)).isLessThanOrEqualTo(64);
    }
  }

  private static void run(Gateway gateway, InferenceRequest request) {
    for (int i = 0; i < 2 * ROUNDS; i++) {
      ((Decision) gateway.scheduler().schedule(request, null)).abandon();
    }
    gateway.scheduler().sweepLeases();
  }

  private static void run(PrefixIndex index, Prompt prompt, Prompt unknown, SlotMatches matches) {
    for (int i = 0; i < ROUNDS; i++) {
      index.match(prompt, 64, 640, matches);
      index.record(i % ENDPOINTS, 1, prompt, 64, 640, 31_250);
      index.match(unknown, 64, 8, matches);
    }
  }
}

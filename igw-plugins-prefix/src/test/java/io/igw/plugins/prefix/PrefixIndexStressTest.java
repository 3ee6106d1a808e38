package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several event loops at once, against what a sequential index could answer. */
@Timeout(240)
class PrefixIndexStressTest {
  private static final int THREADS = 4;
  private static final int SLOTS = 8;

  private interface Work {
    void run(int thread, SplittableRandom random);
  }

  /** Each endpoint incarnation is sent prompts of its own; a match elsewhere is a wrong one. */
  @Test
  void neverCreditsOneEndpointWithBlocksOfAnother() throws Exception {
    PrefixIndex index = new PrefixIndex(300_000);
    AtomicIntegerArray generations = new AtomicIntegerArray(SLOTS);
    AtomicReference<long[]> version = new AtomicReference<>(new long[] {1});
    index.follow(snapshot(1, generations));
    run((thread, random) -> {
      SlotMatches matches = new SlotMatches();
      for (int step = 0; step < 20_000; step++) {
        int slot = random.nextInt(SLOTS);
        int generation = generations.get(slot) + 1;
        Prompt prompt = own(slot, generation, random.nextInt(20));
        if (thread == 0 && step % 50 == 0) {
          generations.incrementAndGet(slot);
          long next = version.get()[0] + 1;
          version.set(new long[] {next});
          index.follow(snapshot(next, generations));
        } else if (step % 2 == 0) {
          index.record(slot, generation, prompt, 64, 6, 40 + 20 * slot);
        } else {
          index.match(prompt, 64, 6, matches);
          for (int other = 0; other < SLOTS; other++) {
            if (other != slot) {
              assertThat(matches.blocks[other]).isZero();
            } else if (matches.generations[slot] != generation) {
              assertThat(matches.blocks[slot]).isZero();
            }
          }
        }
      }
    });
    assertThat(index.bytes()).isLessThanOrEqualTo(300_000);
  }

  /** Nothing is forgotten here, so whatever a thread has recorded it must see. */
  @Test
  void eachThreadSeesItsOwnRecordsAtOnceAndAllSeeAllInTheEnd() throws Exception {
    PrefixIndex index = new PrefixIndex(64 << 20);
    AtomicIntegerArray generations = new AtomicIntegerArray(SLOTS);
    index.follow(snapshot(1, generations));
    int families = 300;
    run((thread, random) -> {
      SlotMatches matches = new SlotMatches();
      for (int family = 0; family < families; family++) {
        Prompt prompt = Prompts.family(family, 10);
        int blocks = 1 + random.nextInt(10);
        int slot = thread * 2 + (family & 1);
        index.record(slot, 1, prompt, 64, blocks, 1 << 20);
        index.match(prompt, 64, 10, matches);
        assertThat(matches.blocks(slot, 1)).isEqualTo(blocks);
        index.record(slot, 1, prompt, 64, 10, 1 << 20);
      }
    });
    SlotMatches matches = new SlotMatches();
    for (int family = 0; family < families; family++) {
      index.match(Prompts.family(family, 10), 64, 10, matches);
      for (int slot = 0; slot < THREADS * 2; slot++) {
        assertThat(matches.blocks(slot, 1)).isEqualTo((slot & 1) == (family & 1) ? 10 : 0);
      }
    }
    assertThat(index.entries()).isEqualTo((long) THREADS * families * 10);
  }

  /** A record becomes visible as a whole: a chain grows from what was there to all of it. */
  @Test
  void aRecordIsSeenWholeOrNotAtAll() throws Exception {
    PrefixIndex index = new PrefixIndex(64 << 20);
    AtomicIntegerArray generations = new AtomicIntegerArray(SLOTS);
    index.follow(snapshot(1, generations));
    int families = 3000;
    AtomicReference<Integer> done = new AtomicReference<>(0);
    run((thread, random) -> {
      SlotMatches matches = new SlotMatches();
      if (thread == 0) {
        for (int family = 0; family < families; family++) {
          Prompt prompt = Prompts.family(family, 16);
          index.record(0, 1, prompt, 64, 4, 1 << 20);
          index.record(0, 1, prompt, 64, 16, 1 << 20);
          done.set(family + 1);
        }
        return;
      }
      for (int family = 0; family < families; family = Math.max(family + 1, done.get() - 1)) {
        Prompt prompt = Prompts.family(family, 16);
        int last = 0;
        for (int look = 0; look < 20; look++) {
          index.match(prompt, 64, 16, matches);
          assertThat(matches.blocks(0, 1)).isIn(0, 4, 16).isNotEqualTo(-1);
          assertThat(matches.blocks(0, 1)).isGreaterThanOrEqualTo(last);
          last = matches.blocks(0, 1);
        }
      }
    });
  }

  private static Prompt own(int slot, int generation, int number) {
    return Prompts.family((generation * SLOTS + slot) * 20 + number, 6);
  }

  private static io.igw.api.EndpointSnapshot snapshot(long version, AtomicIntegerArray added) {
    int[] generations = new int[SLOTS];
    for (int slot = 0; slot < SLOTS; slot++) {
      generations[slot] = added.get(slot) + 1;
    }
    return Indexed.snapshot(version, generations);
  }

  private static void run(Work work) throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                  work.run(number, new SplittableRandom(number));
                } catch (Throwable e) {
                  failure.compareAndSet(null, e);
                }
              },
              "loop-" + number);
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure.get()).isNull();
  }
}

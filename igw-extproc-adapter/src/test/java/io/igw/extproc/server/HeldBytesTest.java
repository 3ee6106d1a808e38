package io.igw.extproc.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.extproc.server.BodyClaim.Answer;
import io.igw.extproc.testing.Until;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The line for memory: order, the one exception, leaving. */
class HeldBytesTest {
  private final HeldBytes budget = new HeldBytes(100, 3);
  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  private final List<String> granted = new ArrayList<>();

  private BodyClaim claim(String name, long age) {
    return new BodyClaim(budget, -age, loop::add, () -> granted.add(name));
  }

  private void run() {
    while (!loop.isEmpty()) {
      loop.remove().run();
    }
  }

  @Test
  void whatFitsIsTakenAtOnce() {
    BodyClaim claim = claim("a", 1);
    assertThat(claim.take(60)).isEqualTo(Answer.TAKEN);
    assertThat(claim.take(100)).isEqualTo(Answer.TAKEN);
    assertThat(budget.held()).isEqualTo(100);
    assertThat(claim.take(30)).isEqualTo(Answer.TAKEN);
    assertThat(budget.held()).isEqualTo(30);
    claim.keep(0);
    assertThat(budget.held()).isZero();
  }

  @Test
  void theOldestMayGoBeyondTheLimitToItsEndAndNobodyElse() {
    BodyClaim a = claim("a", 3);
    BodyClaim b = claim("b", 2);
    BodyClaim c = claim("c", 1);
    a.take(50);
    b.take(50);
    assertThat(b.take(80)).isEqualTo(Answer.WAITS);
    run();
    // Nobody could go on otherwise.
    assertThat(granted).containsExactly("b");
    assertThat(a.take(60)).isEqualTo(Answer.WAITS);
    assertThat(c.take(1)).isEqualTo(Answer.WAITS);
    assertThat(b.take(120)).isEqualTo(Answer.WAITS);
    run();
    assertThat(granted).containsExactly("b", "b");
    assertThat(budget.held()).isEqualTo(170);
    assertThat(budget.waiting()).isEqualTo(2);
    b.keep(0);
    run();
    assertThat(granted).containsExactly("b", "b", "a", "c");
    assertThat(budget.held()).isEqualTo(61);
    assertThat(budget.waiting()).isZero();
  }

  @Test
  void olderStreamsGoFirstAndSmallOnesDoNotOvertake() {
    BodyClaim holder = claim("holder", 9);
    holder.take(100);
    holder.take(101);
    run();
    granted.clear();
    assertThat(claim("young", 1).take(60)).isEqualTo(Answer.WAITS);
    assertThat(claim("old", 5).take(90)).isEqualTo(Answer.WAITS);
    assertThat(claim("small", 0).take(1)).isEqualTo(Answer.WAITS);
    holder.keep(20);
    run();
    assertThat(granted).isEmpty();
    holder.keep(0);
    run();
    // The old one fits, the young one is the next exception.
    assertThat(granted).containsExactly("old", "young");
  }

  @Test
  void whoLeavesTheLineTakesNothing() {
    BodyClaim holder = claim("holder", 9);
    holder.take(100);
    holder.take(101);
    run();
    BodyClaim gone = claim("gone", 5);
    gone.take(10);
    BodyClaim next = claim("next", 1);
    next.take(10);
    gone.keep(0);
    assertThat(budget.waiting()).isEqualTo(1);
    holder.keep(0);
    // Granted, and gone before it hears of it.
    next.keep(0);
    run();
    assertThat(granted).containsExactly("holder");
    assertThat(budget.held()).isZero();
    assertThat(budget.waiting()).isZero();
  }

  @Test
  void aFullLineTakesOnlyBodiesThatHaveBegun() {
    BodyClaim begun = claim("begun", 10);
    begun.take(10);
    BodyClaim holder = claim("holder", 9);
    holder.take(90);
    holder.take(91);
    for (int i = 0; i < 3; i++) {
      assertThat(claim("w" + i, i).take(1)).isEqualTo(Answer.WAITS);
    }
    BodyClaim late = claim("late", 0);
    assertThat(late.take(1)).isEqualTo(Answer.REFUSED);
    assertThat(late.waiting()).isFalse();
    assertThat(begun.take(11)).isEqualTo(Answer.WAITS);
    assertThat(budget.waiting()).isEqualTo(4);
  }

  /** Every body grows to its end in steps that do not fit together; some give up in line. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void allBodiesEndOnSeveralLoopsAndNothingStaysCounted(int seed) throws Exception {
    HeldBytes shared = new HeldBytes(1_000, Integer.MAX_VALUE);
    Random random = new Random(seed);
    List<ExecutorService> loops = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loops.add(Executors.newSingleThreadExecutor());
    }
    int bodies = 2_000;
    AtomicInteger left = new AtomicInteger(bodies);
    for (int i = 0; i < bodies; i++) {
      ExecutorService own = loops.get(i % 3);
      Body body = new Body(shared, i, own, 1 + random.nextInt(500), random.nextInt(8) == 0, left);
      own.execute(body::step);
    }
    Until.await(() -> left.get() == 0, () -> left + " bodies left");
    for (ExecutorService own : loops) {
      own.shutdown();
      assertThat(own.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(shared.held()).isZero();
    assertThat(shared.waiting()).isZero();
  }

  private static final class Body {
    private final ExecutorService loop;
    private final BodyClaim claim;
    private final int end;
    private final boolean leaves;
    private final AtomicInteger left;
    private int size;
    private boolean over;

    Body(
        HeldBytes budget,
        int age,
        ExecutorService loop,
        int end,
        boolean leaves,
        AtomicInteger left) {
      this.loop = loop;
      this.end = end;
      this.leaves = leaves;
      this.left = left;
      claim = new BodyClaim(budget, age, loop, this::step);
    }

    void step() {
      if (over) {
        return; // gave up meanwhile
      }
      size = Math.min(end, size + 100);
      if (claim.take(size) == Answer.TAKEN) {
        if (size < end) {
          loop.execute(this::step);
        } else {
          loop.execute(this::finish);
        }
      } else if (leaves) {
        loop.execute(this::finish);
      } else if (size == end) {
        size = end - 1;
      }
    }

    private void finish() {
      if (!over) {
        over = true;
        claim.keep(0);
        left.decrementAndGet();
      }
    }
  }
}

package io.igw.scheduler.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.scheduler.Made;
import io.igw.spi.SessionStore;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What two processes know of each other's sessions through a store. */
@Timeout(240)
class SessionsTest {
  private static final long IDLE = TimeUnit.SECONDS.toNanos(300);
  private static final Endpoint HERE = Made.endpoint(1, Map.of());

  private final AtomicLong nanos = new AtomicLong(TimeUnit.DAYS.toNanos(3));
  private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
  private final LongAdder failures = new LongAdder();
  private final List<Sessions> opened = new ArrayList<>();

  /** All in memory; readers see what was written since they last looked. */
  private static class Memory implements SessionStore {
    final List<Binding> written = new CopyOnWriteArrayList<>();

    @Override
    public void write(List<Binding> bindings) throws IOException {
      written.addAll(bindings);
    }

    @Override
    public Reader reader() {
      int[] at = {0};
      return () -> {
        List<Binding> all = List.copyOf(written);
        List<Binding> since = all.subList(at[0], all.size());
        at[0] = all.size();
        return since;
      };
    }
  }

  private final Memory store = new Memory();

  private Sessions sessions(SessionStore shared) {
    Sessions sessions = new Sessions(1_000, IDLE, nanos::get, millis::get);
    opened.add(sessions);
    sessions.share(shared, failures);
    return sessions;
  }

  private void advance(long seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    millis.addAndGet(seconds * 1000);
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!condition.getAsBoolean() && System.nanoTime() < until) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  @AfterEach
  void close() {
    opened.forEach(Sessions::close);
  }

  @Test
  void whatOneBindsTheOtherKnows() {
    Sessions one = sessions(store);
    Sessions other = sessions(store);
    one.bind("a", HERE, nanos.get());
    await(() -> other.find("a", nanos.get()) != null);
    Binding bound = other.find("a", nanos.get());
    EndpointSnapshot pool = Made.endpoints(3);
    assertThat(bound).isNotNull();
    assertThat(bound.ordinal(pool)).isEqualTo(1);
    assertThat(bound.ordinal(Made.endpoints(1))).as("not there").isNegative();
    assertThat(bound.to(pool.endpoint(1))).isTrue();
    assertThat(bound.foreign()).isTrue();
    other.used("a", bound, pool.endpoint(1), nanos.get());
    assertThat(other.find("a", nanos.get()).foreign()).as("used here").isFalse();
  }

  @Test
  void whatIsOlderThanItsTimeIsNotLearned() {
    Sessions one = sessions(store);
    one.bind("a", HERE, nanos.get());
    await(() -> store.written.size() == 1);
    advance(299);
    one.bind("b", HERE, nanos.get());
    await(() -> store.written.size() == 2);
    advance(2);
    Sessions late = sessions(store);
    await(() -> late.find("b", nanos.get()) != null);
    assertThat(late.find("a", nanos.get())).isNull();
    advance(297);
    assertThat(late.find("b", nanos.get())).as("used 299 s ago").isNotNull();
    advance(1);
    assertThat(late.find("b", nanos.get())).as("used 300 s ago").isNull();
  }

  @Test
  void aUseIsToldFourTimesWithinTheTimeAndNoMore() {
    Sessions one = sessions(store);
    one.bind("a", HERE, nanos.get());
    await(() -> store.written.size() == 1);
    for (int second = 0; second < 300; second++) {
      one.used("a", one.find("a", nanos.get()), HERE, nanos.get());
      advance(1);
    }
    one.bind("last", HERE, nanos.get());
    await(() -> store.written.stream().anyMatch(b -> b.session().equals("last")));
    assertThat(store.written).filteredOn(b -> b.session().equals("a")).hasSize(4);
  }

  @Test
  void whatIsKnownBetterStays() {
    Sessions one = sessions(store);
    await(() -> store.written.isEmpty());
    one.bind("a", HERE, nanos.get());
    Endpoint elsewhere = Made.endpoint(2, Map.of());
    store.written.add(new SessionStore.Binding("a", elsewhere.id(), millis.get() - 10_000));
    store.written.add(new SessionStore.Binding("z", elsewhere.id(), millis.get()));
    await(() -> one.find("z", nanos.get()) != null);
    assertThat(one.find("a", nanos.get()).to(HERE)).isTrue();
    store.written.add(new SessionStore.Binding("a", elsewhere.id(), millis.get() + 10_000));
    advance(1);
    store.written.add(new SessionStore.Binding("a", elsewhere.id(), millis.get()));
    await(() -> one.find("a", nanos.get()).to(elsewhere));
  }

  @Test
  void aStoreThatFailsIsCountedAndAskedAgain() {
    Memory failing =
        new Memory() {
          private int times;

          @Override
          public void write(List<Binding> bindings) throws IOException {
            if (times++ < 2) {
              throw new IOException("no room");
            }
            super.write(bindings);
          }
        };
    Sessions one = sessions(failing);
    one.bind("a", HERE, nanos.get());
    await(() -> failing.written.size() == 1);
    assertThat(failures.sum()).isEqualTo(2);
    assertThat(one.find("a", nanos.get())).isNotNull();
  }

  @Test
  void aStoreThatHangsHoldsNothingUpAndItsQueueIsBounded() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    Memory hanging =
        new Memory() {
          @Override
          public void write(List<Binding> bindings) throws IOException {
            entered.countDown();
            try {
              hangs.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    Sessions one = sessions(hanging);
    one.bind("first", HERE, nanos.get());
    assertThat(entered.await(120, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 10_000; i++) {
      one.bind("s" + i % 100, HERE, nanos.get());
    }
    assertThat(failures.sum()).isEqualTo(10_000 - 8_192);
    assertThat(one.find("s99", nanos.get())).isNotNull();
    hangs.countDown();
  }

  @Test
  void whatIsBoundBeforeTheStoreIsThereIsSharedToo() {
    Sessions early = new Sessions(1_000, IDLE, nanos::get, millis::get);
    opened.add(early);
    early.awaitStore();
    early.bind("a", HERE, nanos.get());
    early.share(store, failures);
    await(() -> store.written.size() == 1);
  }

  /** As channels do, which end for good with the thread that uses them. */
  @Test
  void closingDoesNotInterruptAStoreThatWrites() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    Memory channel =
        new Memory() {
          @Override
          public void write(List<Binding> bindings) throws IOException {
            entered.countDown();
            await(() -> closing.getCount() == 0);
            if (Thread.currentThread().isInterrupted()) {
              throw new ClosedByInterruptException();
            }
            super.write(bindings);
          }
        };
    Sessions one = sessions(channel);
    one.bind("a", HERE, nanos.get());
    assertThat(entered.await(120, TimeUnit.SECONDS)).isTrue();
    Thread closer = new Thread(one::close);
    closer.start();
    await(() -> closer.getState() == Thread.State.TIMED_WAITING);
    one.bind("b", HERE, nanos.get());
    closing.countDown();
    closer.join();
    assertThat(channel.written).extracting(SessionStore.Binding::session).contains("a", "b");
    assertThat(failures.sum()).isZero();
  }

  @Test
  void closingWritesWhatIsLeft() {
    for (int i = 0; i < 20; i++) {
      Sessions one = sessions(store);
      one.bind("s" + i, HERE, nanos.get());
      one.close();
    }
    await(() -> store.written.size() == 20);
  }
}

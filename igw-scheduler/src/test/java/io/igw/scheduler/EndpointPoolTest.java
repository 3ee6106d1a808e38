package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Attribute;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EndpointPoolTest {
  private final AtomicLong now = new AtomicLong();
  private final List<Runnable> timers = new ArrayList<>();

  private EndpointPool timed() {
    return EndpointPool.builder()
        .nanoClock(now::get)
        .publicationInterval(Duration.ofMillis(5))
        .timer((nanos, task) -> {
          timers.add(task);
          return () -> timers.remove(task);
        })
        .build();
  }

  @Test
  void ordersEndpointsById() {
    EndpointPool pool = EndpointPool.builder().build();
    pool.upsert(Pools.spec(2));
    pool.upsert(Pools.spec(0));
    pool.upsert(Pools.spec(1));
    EndpointSnapshot snapshot = pool.snapshot();
    assertThat(
            List.of(
                snapshot.endpoint(0).id(), snapshot.endpoint(1).id(), snapshot.endpoint(2).id()))
        .containsExactly(Pools.id(0), Pools.id(1), Pools.id(2));
    assertThat(snapshot.endpoint(1).hostPort()).isEqualTo("10.0.0.2:8000");
  }

  @Test
  void anEndpointThatStaysKeepsSlotGenerationAndColumns() {
    EndpointPool pool = Pools.of(3);
    Pools.metrics(pool, 1, 4, 5, 0.5);
    Endpoint before = pool.snapshot().endpoint(1);
    pool.replaceAll(List.of(Pools.spec(1, Map.of("role", "decode")), Pools.spec(7)));
    Endpoint after = pool.snapshot().endpoint(0);
    assertThat(after.slot()).isEqualTo(before.slot());
    assertThat(after.generation()).isEqualTo(before.generation());
    assertThat(after.labels()).containsEntry("role", "decode");
    assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, 0)).isEqualTo(4);
    assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, 1)).isNaN();
  }

  @Test
  void anotherAddressIsAnotherEndpoint() {
    EndpointPool pool = Pools.of(1);
    Pools.metrics(pool, 0, 4, 5, 0.5);
    Endpoint before = pool.snapshot().endpoint(0);
    pool.upsert(new EndpointSpec(Pools.id(0), "10.9.9.9", 8000, 0, Map.of()));
    Endpoint after = pool.snapshot().endpoint(0);
    assertThat(after.slot()).isNotEqualTo(before.slot());
    assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, 0)).isNaN();
    assertThat(pool.snapshot().ordinalOf(before.slot(), before.generation())).isEqualTo(-1);
  }

  @Test
  void aFreedSlotRestsAndComesBackWithAnotherGeneration() {
    EndpointPool pool = timed();
    pool.upsert(Pools.spec(0));
    int slot = pool.snapshot().endpoint(0).slot();
    pool.remove(Pools.id(0));
    pool.upsert(Pools.spec(1));
    assertThat(pool.snapshot().endpoint(0).slot()).as("still resting").isNotEqualTo(slot);
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    pool.upsert(Pools.spec(2));
    Endpoint reused = pool.snapshot().endpoint(1);
    assertThat(reused.slot()).isEqualTo(slot);
    assertThat(reused.generation()).isEqualTo(2);
  }

  @Test
  void aSlotWithOpenLoadIsNotReused() {
    EndpointPool pool = timed();
    pool.upsert(Pools.spec(0));
    int slot = pool.snapshot().endpoint(0).slot();
    pool.load().add(slot, 1, 10);
    pool.remove(Pools.id(0));
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    pool.upsert(Pools.spec(1));
    assertThat(pool.snapshot().endpoint(0).slot()).isNotEqualTo(slot);
    pool.load().add(slot, -1, -10);
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    pool.upsert(Pools.spec(2));
    assertThat(pool.snapshot().endpoint(1).slot()).isEqualTo(slot);
  }

  @Test
  void reportsWithinTheIntervalArePublishedTogether() {
    EndpointPool pool = timed();
    pool.replaceAll(Pools.specs(2));
    long version = pool.snapshot().version();
    Pools.metrics(pool, 0, 1, 1, 0.1);
    Pools.metrics(pool, 1, 2, 2, 0.2);
    assertThat(pool.snapshot().version()).as("held back").isEqualTo(version);
    assertThat(timers).hasSize(1);
    timers.remove(0).run();
    assertThat(pool.snapshot().version()).isEqualTo(version + 1);
    assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, 1)).isEqualTo(2);
  }

  @Test
  void aJoinIsPublishedAtOnceWithWhatWasHeldBack() {
    EndpointPool pool = timed();
    pool.upsert(Pools.spec(0));
    Pools.metrics(pool, 0, 3, 1, 0.1);
    pool.upsert(Pools.spec(1));
    assertThat(pool.snapshot().size()).isEqualTo(2);
    assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, 0)).isEqualTo(3);
  }

  @Test
  void publishedSnapshotsDoNotChangeAndUnchangedColumnsAreShared() {
    EndpointPool pool = Pools.of(2);
    Pools.metrics(pool, 0, 1, 1, 0.5);
    EndpointSnapshot first = pool.snapshot();
    pool.report(
        new EndpointReport(Pools.id(0), 9)
            .set(Signal.WAITING_REQUESTS, 8)
            .set(Signal.KV_CACHE_USAGE, 0.5));
    EndpointSnapshot second = pool.snapshot();
    assertThat(first.value(Signal.WAITING_REQUESTS, 0)).isEqualTo(1);
    assertThat(second.value(Signal.WAITING_REQUESTS, 0)).isEqualTo(8);
    assertThat(second.column(Signal.KV_CACHE_USAGE)).isSameAs(first.column(Signal.KV_CACHE_USAGE));
    assertThat(second.ageNanos(Signal.KV_CACHE_USAGE, 0, 10)).isEqualTo(1);
    assertThat(first.ageNanos(Signal.KV_CACHE_USAGE, 0, 10)).isEqualTo(10);
  }

  @Test
  void factsComeAndGo() {
    EndpointPool pool = Pools.of(1);
    LoraAdapters adapters = new LoraAdapters(Set.of("a"), Set.of(), 2);
    pool.report(new EndpointReport(Pools.id(0), 0).set(Attribute.LORA_ADAPTERS, adapters));
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 0)).isSameAs(adapters);
    pool.report(new EndpointReport(Pools.id(0), 0).set(Attribute.LORA_ADAPTERS, null));
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 0)).isNull();
  }

  @Test
  void listenersHearOfRemovalAfterThePublication() {
    EndpointPool pool = Pools.of(2);
    Endpoint gone = pool.snapshot().endpoint(0);
    List<String> heard = new ArrayList<>();
    pool.onRemoved(
        (slot, generation) -> heard.add(slot + "/" + generation + "/" + pool.snapshot().size()));
    pool.remove(gone.id());
    assertThat(heard).containsExactly(gone.slot() + "/" + gone.generation() + "/1");
  }

  @Test
  void concurrentReportsAreAllApplied() throws InterruptedException {
    EndpointPool pool = Pools.of(8);
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      int from = 2 * t;
      threads[t] =
          new Thread(() -> {
            for (int i = 1; i <= 2000; i++) {
              Pools.metrics(pool, from + i % 2, i, i, 0.5);
            }
          });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int i = 0; i < 8; i++) {
      assertThat(pool.snapshot().value(Signal.WAITING_REQUESTS, i))
          .isEqualTo(i % 2 == 0 ? 2000 : 1999);
    }
  }
}

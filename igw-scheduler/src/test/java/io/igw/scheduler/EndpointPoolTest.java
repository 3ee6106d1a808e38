package io.igw.scheduler;

import static io.igw.scheduler.Fixture.id;
import static io.igw.scheduler.Fixture.spec;
import static io.igw.scheduler.Fixture.specs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Attribute;
import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.LoraAdapters;
import io.igw.api.Schema;
import io.igw.api.Signal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class EndpointPoolTest {
  private static final Signal WAITING = Signal.WAITING_REQUESTS;
  private final Fixture.VirtualTime time = new Fixture.VirtualTime();

  private EndpointPool timed() {
    return EndpointPool.builder().nanoClock(time.now::get).timer(time).build();
  }

  private static EndpointReport report(int n, long seen, double waiting) {
    return new EndpointReport(id(n), seen).set(WAITING, waiting);
  }

  @Test
  void startsEmpty() {
    assertThat(EndpointPool.builder().build().snapshot().size()).isZero();
  }

  @Test
  void ordersByIdWhateverTheOrderOfArrival() {
    EndpointPool pool = EndpointPool.builder().build();
    pool.upsert(spec(2));
    pool.upsert(spec(0));
    pool.upsert(spec(1));
    assertThat(Fixture.endpoints(pool))
        .extracting(Endpoint::id)
        .containsExactly(id(0), id(1), id(2));
    assertThat(Fixture.endpoints(pool)).extracting(Endpoint::slot).containsExactly(1, 2, 0);
  }

  @Test
  void reportsArePublishedAtOnceWithoutATimer() {
    EndpointPool pool = Fixture.pool(2);
    long before = pool.snapshot().version();
    pool.report(report(1, 5, 3));
    assertThat(pool.snapshot().version()).isEqualTo(before + 1);
    assertThat(pool.snapshot().value(WAITING, 1)).isEqualTo(3);
    assertThat(pool.snapshot().value(WAITING, 0)).isNaN();
    assertThat(pool.snapshot().ageNanos(WAITING, 1, 15)).isEqualTo(10);
    assertThat(pool.snapshot().ageNanos(WAITING, 0, 15)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void reportsAreCoalescedToOnePublicationPerInterval() {
    EndpointPool pool = timed();
    pool.replaceAll(specs(3));
    long joined = pool.snapshot().version();
    for (int n = 0; n < 3; n++) {
      pool.report(report(n, 1, n));
    }
    assertThat(pool.snapshot().version()).isEqualTo(joined);
    assertThat(time.pending()).isEqualTo(1);
    time.advance(4_999_999);
    assertThat(pool.snapshot().version()).isEqualTo(joined);
    time.advance(1);
    assertThat(pool.snapshot().version()).isEqualTo(joined + 1);
    assertThat(pool.snapshot().column(WAITING)).containsExactly(0, 1, 2);
    assertThat(time.pending()).isZero();
  }

  @Test
  void aReportAfterAQuietIntervalIsPublishedAtOnce() {
    EndpointPool pool = timed();
    pool.upsert(spec(0));
    time.advance(5_000_000);
    pool.report(report(0, 1, 7));
    assertThat(pool.snapshot().value(WAITING, 0)).isEqualTo(7);
    assertThat(time.pending()).isZero();
  }

  @Test
  void reportsThatComeTogetherArePublishedTogether() {
    EndpointPool pool = timed();
    pool.replaceAll(specs(2));
    time.advance(5_000_000);
    pool.reportAll(List.of(report(0, 1, 7), report(1, 1, 8)));
    assertThat(pool.snapshot().column(WAITING)).containsExactly(7, 8);
    assertThat(time.pending()).isZero();
  }

  @Test
  void joiningAndLeavingIsPublishedAtOnce() {
    EndpointPool pool = timed();
    pool.upsert(spec(0));
    pool.report(report(0, 1, 7));
    pool.upsert(spec(1));
    assertThat(pool.snapshot().size()).isEqualTo(2);
    assertThat(pool.snapshot().value(WAITING, 0)).isEqualTo(7);
    pool.remove(id(0));
    assertThat(pool.snapshot().size()).isEqualTo(1);
  }

  @Test
  void aTimerThatFiresAfterAJoinWaitsForTheNewInterval() {
    EndpointPool pool = timed();
    pool.upsert(spec(0));
    pool.report(report(0, 1, 7));
    time.advance(3_000_000);
    pool.upsert(spec(1));
    pool.report(report(0, 2, 8));
    long joined = pool.snapshot().version();
    time.advance(2_000_000);
    assertThat(pool.snapshot().version()).isEqualTo(joined);
    time.advance(3_000_000);
    assertThat(pool.snapshot().value(WAITING, 0)).isEqualTo(8);
  }

  @Test
  void theIntervalIsASetting() {
    EndpointPool pool =
        EndpointPool.builder()
            .nanoClock(time.now::get)
            .timer(time)
            .publicationInterval(Duration.ofMillis(20))
            .build();
    pool.upsert(spec(0));
    pool.report(report(0, 1, 7));
    time.advance(19_000_000);
    assertThat(pool.snapshot().value(WAITING, 0)).isNaN();
    time.advance(1_000_000);
    assertThat(pool.snapshot().value(WAITING, 0)).isEqualTo(7);
    assertThatThrownBy(() -> EndpointPool.builder().publicationInterval(Duration.ofMillis(-1)))
        .hasMessage("publicationInterval: PT-0.001S (expected: >= 0)");
  }

  @Test
  void columnsThatDidNotChangeAreShared() {
    EndpointPool pool = Fixture.pool(2);
    pool.report(new EndpointReport(id(0), 1).set(WAITING, 1).set(Signal.KV_CACHE_USAGE, 0.5));
    EndpointSnapshot before = pool.snapshot();
    pool.report(report(0, 2, 9));
    EndpointSnapshot after = pool.snapshot();
    assertThat(after.column(Signal.KV_CACHE_USAGE)).isSameAs(before.column(Signal.KV_CACHE_USAGE));
    assertThat(after.column(WAITING)).isNotSameAs(before.column(WAITING));
    assertThat(before.value(WAITING, 0)).isEqualTo(1);
  }

  @Test
  void anEqualNumberSharesItsColumnAndRenewsItsAge() {
    EndpointPool pool = Fixture.pool(1);
    pool.report(report(0, 1, 4));
    EndpointSnapshot before = pool.snapshot();
    pool.report(report(0, 10, 4));
    assertThat(pool.snapshot().column(WAITING)).isSameAs(before.column(WAITING));
    assertThat(pool.snapshot().ageNanos(WAITING, 0, 10)).isZero();
    assertThat(before.ageNanos(WAITING, 0, 10)).isEqualTo(9);
  }

  @Test
  void anOlderNumberDoesNotReplaceANewerOne() {
    EndpointPool pool = Fixture.pool(1);
    pool.report(report(0, 10, 4));
    long version = pool.snapshot().version();
    pool.report(report(0, 9, 5));
    assertThat(pool.snapshot().value(WAITING, 0)).isEqualTo(4);
    assertThat(pool.snapshot().version()).isEqualTo(version);
  }

  @Test
  void objectFactsAreKeptAndRemoved() {
    EndpointPool pool = Fixture.pool(2);
    LoraAdapters adapters = new LoraAdapters(Set.of("a"), Set.of(), 4);
    pool.report(new EndpointReport(id(1), 1).set(Attribute.LORA_ADAPTERS, adapters));
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 1)).isSameAs(adapters);
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 0)).isNull();
    LoraAdapters equal = new LoraAdapters(Set.of("a"), Set.of(), 4);
    pool.report(new EndpointReport(id(1), 2).set(Attribute.LORA_ADAPTERS, equal));
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 1)).isSameAs(adapters);
    pool.report(new EndpointReport(id(1), 3).set(Attribute.LORA_ADAPTERS, null));
    assertThat(pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 1)).isNull();
  }

  @Test
  void columnsRegisteredLaterAreAddedAsTheyCome() {
    Schema schema = new Schema();
    EndpointPool pool = EndpointPool.builder().schema(schema).build();
    pool.replaceAll(specs(2));
    Signal power = schema.signal("power");
    Attribute<String> zone = schema.attribute("Zone", "topology", String.class);
    assertThat(pool.snapshot().value(power, 0)).isNaN();
    pool.report(new EndpointReport(id(1), 1).set(power, 300).set(zone, "b"));
    pool.upsert(spec(2));
    assertThat(pool.snapshot().column(power)).containsExactly(Double.NaN, 300, Double.NaN);
    assertThat(pool.snapshot().attribute(zone, 1)).isEqualTo("b");
  }

  @Test
  void reportsAboutUnknownEndpointsAreIgnored() {
    EndpointPool pool = Fixture.pool(1);
    long version = pool.snapshot().version();
    pool.report(report(7, 1, 1));
    assertThat(pool.snapshot().version()).isEqualTo(version);
  }

  @Test
  void endpointsThatStayKeepSlotGenerationLoadAndNumbers() {
    EndpointPool pool = Fixture.pool(3);
    pool.report(report(1, 1, 5));
    Endpoint before = pool.snapshot().endpoint(1);
    Fixture.decide(
        Fixture.scheduler(pool).profile("p", p -> p.filter("one", Fixture.only(1))).build());
    List<int[]> removed = new ArrayList<>();
    pool.onRemoved((slot, generation) -> removed.add(new int[] {slot, generation}));
    pool.replaceAll(List.of(spec(1, Map.of("role", "decode")), spec(9)));
    EndpointSnapshot now = pool.snapshot();
    assertThat(now.size()).isEqualTo(2);
    Endpoint after = now.endpoint(0);
    assertThat(after.slot()).isEqualTo(before.slot());
    assertThat(after.generation()).isEqualTo(before.generation());
    assertThat(after.labels()).containsEntry("role", "decode");
    assertThat(before.labels()).isEmpty();
    assertThat(now.value(WAITING, 0)).isEqualTo(5);
    assertThat(pool.inFlightRequests(after)).isEqualTo(1);
    assertThat(removed).containsExactlyInAnyOrder(new int[] {0, 1}, new int[] {2, 1});
  }

  @Test
  void anUnchangedReplaceAllPublishesNothing() {
    EndpointPool pool = Fixture.pool(3);
    EndpointSnapshot before = pool.snapshot();
    pool.replaceAll(specs(3));
    assertThat(pool.snapshot()).isSameAs(before);
  }

  @Test
  void anotherAddressIsAnotherEndpoint() {
    EndpointPool pool = Fixture.pool(1);
    pool.report(report(0, 1, 5));
    Endpoint before = pool.snapshot().endpoint(0);
    List<Integer> removed = new ArrayList<>();
    pool.onRemoved((slot, generation) -> removed.add(slot));
    pool.upsert(new EndpointSpec(id(0), "10.9.9.9", 8000, 0, Map.of()));
    Endpoint after = pool.snapshot().endpoint(0);
    assertThat(pool.snapshot().ordinalOf(before.slot(), before.generation())).isEqualTo(-1);
    assertThat(after.slot()).isNotEqualTo(before.slot());
    assertThat(pool.snapshot().value(WAITING, 0)).isNaN();
    assertThat(removed).containsExactly(before.slot());
  }

  @Test
  void aFreedSlotIsReusedWithANewGenerationAfterItsQuarantine() {
    EndpointPool pool = EndpointPool.builder().nanoClock(time.now::get).build();
    pool.replaceAll(specs(2));
    Endpoint gone = pool.snapshot().endpoint(0);
    pool.remove(id(0));
    pool.upsert(spec(5));
    assertThat(pool.snapshot().endpoint(1).slot()).isEqualTo(2);
    for (int i = 0; i < SlotTable.QUARANTINE_PUBLICATIONS; i++) {
      pool.report(report(1, i + 1, i));
    }
    pool.upsert(spec(6));
    assertThat(pool.snapshot().endpoint(2).slot()).as("too early").isEqualTo(3);
    time.advance(SlotTable.QUARANTINE_NANOS);
    pool.upsert(spec(7));
    Endpoint reused = pool.snapshot().endpoint(3);
    assertThat(reused.slot()).isEqualTo(gone.slot());
    assertThat(reused.generation()).isEqualTo(gone.generation() + 1);
    assertThat(pool.snapshot().ordinalOf(gone.slot(), gone.generation())).isEqualTo(-1);
  }

  @Test
  void aSlotIsNotReusedWhileLeasesAreOpenThere() {
    EndpointPool pool = EndpointPool.builder().nanoClock(time.now::get).build();
    pool.upsert(spec(0));
    Decision open = Fixture.decide(Fixture.scheduler(pool).profile("p", p -> {}).build());
    pool.remove(id(0));
    for (int n = 1; n <= SlotTable.QUARANTINE_PUBLICATIONS; n++) {
      pool.upsert(spec(n));
    }
    time.advance(SlotTable.QUARANTINE_NANOS);
    pool.upsert(spec(6));
    assertThat(Fixture.endpoints(pool)).extracting(Endpoint::slot).doesNotContain(0);
    open.abandon();
    for (int i = 0; i < SlotTable.QUARANTINE_PUBLICATIONS; i++) {
      pool.report(report(1, i + 1, i));
    }
    time.advance(SlotTable.QUARANTINE_NANOS);
    pool.upsert(spec(7));
    assertThat(pool.snapshot().endpoint(5).slot()).isZero();
  }

  @Test
  void largePoolsReadTheirLoadFromSeveralPages() {
    EndpointPool pool = Fixture.pool(2 * EndpointLoad.PAGE_SLOTS + 10);
    int last = pool.snapshot().size() - 1;
    Scheduler scheduler =
        Fixture.scheduler(pool)
            .profile("p", p -> p.filter("f", Fixture.only(0, 1024, last)))
            .build();
    for (int i = 0; i < 6; i++) {
      Fixture.decide(scheduler);
    }
    assertThat(List.of(0, 1024, last))
        .extracting(n -> pool.inFlightRequests(pool.snapshot().endpoint(n)))
        .containsOnly(2.0);
    assertThat(Fixture.totalRequests(pool, Fixture.endpoints(pool))).isEqualTo(6);
  }

  @Test
  void removalListenersHearAfterThePublicationAndMayChangeThePool() {
    EndpointPool pool = Fixture.pool(2);
    List<Integer> sizes = new ArrayList<>();
    pool.onRemoved((slot, generation) -> sizes.add(pool.snapshot().size()));
    pool.onRemoved((slot, generation) -> {
      throw new IllegalStateException("listener");
    });
    pool.onRemoved((slot, generation) -> pool.upsert(spec(5)));
    pool.remove(id(0));
    assertThat(sizes).containsExactly(1);
    assertThat(Fixture.endpoints(pool)).extracting(Endpoint::id).containsExactly(id(1), id(5));
  }

  @Test
  void memberListenersHearOfEveryChangeOfMembersButNotOfReports() {
    EndpointPool pool = EndpointPool.builder().build();
    List<Integer> sizes = new ArrayList<>();
    Runnable end = pool.onMembersChanged(() -> sizes.add(pool.snapshot().size()));
    pool.replaceAll(specs(3));
    pool.report(report(0, 1, 1));
    pool.upsert(spec(0, Map.of("role", "decode")));
    pool.upsert(spec(0, Map.of("role", "decode")));
    pool.remove(id(1));
    end.run();
    pool.remove(id(2));
    assertThat(sizes).containsExactly(3, 3, 2);
  }

  @Test
  void theWriterRunsWhereTheExecutorRunsIt() {
    ArrayDeque<Runnable> cycles = new ArrayDeque<>();
    EndpointPool pool = EndpointPool.builder().executor(cycles::add).build();
    pool.upsert(spec(0));
    pool.upsert(spec(1));
    assertThat(pool.snapshot().size()).isZero();
    assertThat(cycles).as("one duty cycle for both").hasSize(1);
    cycles.remove().run();
    assertThat(pool.snapshot().size()).isEqualTo(2);
    pool.remove(id(0));
    assertThat(cycles).hasSize(1);
  }

  @Test
  void aStoppedExecutorDoesNotStopThePool() {
    EndpointPool pool =
        EndpointPool.builder()
            .executor(task -> {
              throw new RejectedExecutionException("stopped");
            })
            .build();
    pool.upsert(spec(0));
    assertThat(pool.snapshot().size()).isEqualTo(1);
  }

  @Test
  void aClosedPoolKeepsItsLastSnapshot() {
    EndpointPool pool = timed();
    pool.upsert(spec(0));
    pool.report(report(0, 1, 1));
    pool.close();
    pool.upsert(spec(1));
    time.advance(10_000_000);
    assertThat(pool.snapshot().size()).isEqualTo(1);
    assertThat(time.pending()).isZero();
  }

  @Test
  void loadOfAnEndpointThatIsNotOfThisPoolIsFoundBySlotOrZero() {
    EndpointPool pool = Fixture.pool(1);
    Fixture.decide(Fixture.scheduler(pool).profile("p", p -> {}).build());
    Endpoint same = Endpoint.of(id(0), "h", 1, Map.of(), 0, 1);
    assertThat(pool.inFlightRequests(same)).isEqualTo(1);
    assertThat(pool.inFlightRequests(Endpoint.of(id(0), "h", 1, Map.of(), 0, 2))).isZero();
  }
}

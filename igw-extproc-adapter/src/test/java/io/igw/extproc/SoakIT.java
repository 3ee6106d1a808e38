package io.igw.extproc;

import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.Fault;
import io.igw.simulator.ModelServer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Load through the real Envoy while endpoints come and go, model servers fail in every way and
 * clients break requests off. Requests with a subset hint are served inside of it. Afterwards
 * nothing is in flight, no lease is open, and memory is what it was half-way. System property
 * {@code igw.soak}: seconds, default 8.
 *
 * <p>What is bounded is warm before half-way: the prefix index is the smallest, and the heap is
 * touched from the start. What grows from then on is what nobody gives back: on the heap the
 * objects that a full collection leaves, outside of it what is resident.
 */
@Timeout(7200)
class SoakIT {
  private static final int SECONDS = Integer.getInteger("igw.soak", 8);
  private static final int CLIENTS = 8;
  private static final int SERVERS = 6;
  private static final String SUBSET = "x-soak-subset";

  /** From here on a process is warm enough for its memory to tell something. */
  private static final int SECONDS_FOR_MEMORY = 120;

  private static final long SMALLEST_INDEX_BYTES = 1 << 20;

  /** Of the heap, for what is under way half-way and for caches of the JDK. */
  private static final long HEAP_NOISE_BYTES = 1 << 20;

  /** Of code and its compilers. */
  private static final long RESIDENT_NOISE_KB = 12 << 10;

  private static final int CLASSES_SHOWN = 15;

  /** A new list of endpoints is known to the picker after a look at the file. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(4);

  @TempDir Path directory;

  private final Map<String, Long> listedUntil = new ConcurrentHashMap<>();
  private final LongAdder served = new LongAdder();
  private final LongAdder servedInSubset = new LongAdder();
  private final LongAdder brokenOff = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private volatile boolean over;

  @Test
  void nothingIsLeftAndNothingGrows() throws Exception {
    EngineSettings fast = EngineSettings.defaults().withSpeed(20);
    try (EnvoyRig rig =
        EnvoyRig.start(
            directory,
            SERVERS,
            fast,
            """
            - {type: queue-scorer}
            - {type: prefix-cache-scorer}
            - {type: approx-prefix-cache-producer, parameters: {maxIndexBytes: %d}}
            """
                .formatted(SMALLEST_INDEX_BYTES),
            bootstrap -> bootstrap.withSubsetHeader(SUBSET),
            "-Xms128m",
            "-Xmx128m",
            "-XX:+AlwaysPreTouch",
            // Else a full collection leaves some dead objects for the sake of time.
            "-XX:MarkSweepAlwaysCompactCount=1")) {
      list(rig.servers().servers());
      ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1);
      List<Future<?>> all = new ArrayList<>();
      all.add(threads.submit(() -> disturb(rig)));
      for (int c = 0; c < CLIENTS; c++) {
        int seed = c;
        all.add(threads.submit(() -> load(rig, seed)));
      }
      TimeUnit.MILLISECONDS.sleep(SECONDS * 500L);
      Memory half = Memory.of(rig);
      TimeUnit.MILLISECONDS.sleep(SECONDS * 500L);
      over = true;
      for (Future<?> one : all) {
        one.get();
      }
      threads.shutdown();
      await(() -> rig.metric("igw_open_leases") == 0);
      assertThat(rig.metric("igw_in_flight_requests")).isZero();
      assertThat(rig.metric("igw_in_flight_tokens")).isZero();
      assertThat(rig.metric("igw_stream_faults_total")).isZero();
      assertThat(rig.pickerLog().lines().filter(SoakIT::tellsOfADefect)).isEmpty();
      Memory end = Memory.of(rig);
      System.out.printf(
          "soak: %d s, %d served (%d in a subset), %d broken off, %d failed; half-way %s, at the end %s%n",
          SECONDS, served.sum(), servedInSubset.sum(), brokenOff.sum(), failed.sum(), half, end);
      assertThat(served.sum()).isGreaterThan(SECONDS);
      assertThat(servedInSubset.sum()).isPositive().isLessThan(served.sum());
      assertThat(brokenOff.sum()).isPositive();
      if (SECONDS >= SECONDS_FOR_MEMORY) {
        assertThat(end.heapBytes())
            .as("bytes on the heap, half-way:%n%s%nat the end:%n%s", half.classes(), end.classes())
            .isLessThan(half.heapBytes() + HEAP_NOISE_BYTES);
        assertThat(end.residentKb())
            .as("kB resident")
            .isLessThan(half.residentKb() + RESIDENT_NOISE_KB);
      }
    }
  }

  /**
   * What the picker holds.
   *
   * @param heapBytes of live objects
   * @param residentKb of the process, of which the whole heap is a part
   * @param classes the largest of them
   */
  private record Memory(long heapBytes, long residentKb, String classes) {
    static Memory of(EnvoyRig rig) throws Exception {
      // What the first page of metrics loads and keeps is there at both looks.
      rig.metric("igw_open_leases");
      List<String> objects = rig.pickerObjects();
      String[] total = objects.get(objects.size() - 1).strip().split(" +");
      assertThat(total[0]).isEqualTo("Total");
      String largest = objects.stream().limit(CLASSES_SHOWN).collect(Collectors.joining("\n"));
      return new Memory(Long.parseLong(total[2]), rig.pickerResident(), largest);
    }

    @Override
    public String toString() {
      return "%d kB live on the heap, %d kB resident".formatted(heapBytes / 1024, residentKb);
    }
  }

  /** That a server in the middle of its restart refuses a poll is none. */
  private static boolean tellsOfADefect(String line) {
    return line.contains("\tat ") || line.contains("Exception:") && !line.contains("poll failed");
  }

  /** Other endpoints every half second, another fault in between. */
  private Void disturb(EnvoyRig rig) throws Exception {
    Random random = new Random(1);
    List<ModelServer> servers = rig.servers().servers();
    while (!over) {
      List<ModelServer> some = new ArrayList<>(servers);
      Collections.shuffle(some, random);
      List<ModelServer> listed = some.subList(0, 2 + random.nextInt(SERVERS - 1));
      rig.writeEndpoints(listed);
      list(listed);
      ModelServer victim = servers.get(random.nextInt(SERVERS));
      victim.fault(Fault.values()[random.nextInt(Fault.values().length)]);
      TimeUnit.MILLISECONDS.sleep(500);
      if (random.nextInt(8) == 0) {
        victim.restart();
      }
      victim.fault(Fault.OK);
    }
    rig.writeEndpoints(servers);
    return null;
  }

  private synchronized void list(List<ModelServer> listed) {
    long now = System.nanoTime();
    listedUntil.replaceAll((server, until) -> until == Long.MAX_VALUE ? now : until);
    listed.forEach(server -> listedUntil.put(server.hostPort(), Long.MAX_VALUE));
  }

  private Void load(EnvoyRig rig, int seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    for (int n = 0; !over; n++) {
      String prefix = ("shared " + random.nextInt(10) + " ").repeat(200);
      List<String> subset = random.nextInt(3) == 0 ? subset(rig, random) : List.of();
      HttpRequest.Builder request =
          rig.to(EnvoyRig.CHAT)
              .header("content-type", "application/json")
              .timeout(Duration.ofSeconds(5))
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      EnvoyRig.chatBody("base-model", prefix + n, random.nextBoolean(), 8)));
      if (!subset.isEmpty()) {
        request.header(SUBSET, String.join(",", subset));
      }
      CompletableFuture<HttpResponse<String>> sent =
          rig.client().sendAsync(request.build(), BodyHandlers.ofString());
      try {
        if (random.nextInt(5) == 0) {
          answered(sent.get(random.nextInt(40), TimeUnit.MILLISECONDS), subset);
        } else {
          answered(sent.get(), subset);
        }
      } catch (TimeoutException e) {
        sent.cancel(true);
        brokenOff.increment();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof IOException)) {
          throw e;
        }
        failed.increment();
      }
    }
    return null;
  }

  /** Some of the servers, listed or not. */
  private static List<String> subset(EnvoyRig rig, SplittableRandom random) {
    List<String> all =
        new ArrayList<>(rig.servers().servers().stream().map(ModelServer::hostPort).toList());
    Collections.shuffle(all, new Random(random.nextLong()));
    return all.subList(0, 1 + random.nextInt(SERVERS - 1));
  }

  private void answered(HttpResponse<String> response, List<String> subset) {
    if (response.statusCode() != 200) {
      failed.increment();
      return;
    }
    served.increment();
    String by = response.headers().firstValue("x-served-by").orElseThrow();
    if (!subset.isEmpty()) {
      servedInSubset.increment();
      assertThat(subset).as("the endpoints that the hint allows").contains(by);
    }
    Long until = listedUntil.get(by);
    assertThat(until).as(by + " was listed").isNotNull();
    assertThat(until == Long.MAX_VALUE || System.nanoTime() - until < GRACE_NANOS + 5_000_000_000L)
        .as(by + " was listed when it was picked")
        .isTrue();
  }
}

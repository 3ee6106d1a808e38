package io.igw.runtime.metrics;

import static io.igw.runtime.metrics.PageServer.bytesThenClose;
import static io.igw.runtime.metrics.PageServer.chunked;
import static io.igw.runtime.metrics.PageServer.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Attribute;
import io.igw.api.EndpointSnapshot;
import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointPool;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class MetricsPollerTest {
  private static final String PAGE =
      """
      vllm:num_requests_waiting 3
      vllm:num_requests_running 5
      vllm:kv_cache_usage_perc 0.25
      vllm:lora_requests_info{max_lora="4",running_lora_adapters="a",waiting_lora_adapters=""} 1
      """;

  private final PollerRig rig = new PollerRig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void reportsWhatThePageSaysOverOneKeptConnection() {
    PageServer server = rig.server(page(PAGE));
    rig.join("a", server);
    rig.start();
    Until.holds("4 polls", () -> server.requests.size() >= 4);
    assertThat(rig.value("a", Signal.WAITING_REQUESTS)).isEqualTo(3);
    assertThat(rig.value("a", Signal.RUNNING_REQUESTS)).isEqualTo(5);
    assertThat(rig.value("a", Signal.KV_CACHE_USAGE)).isEqualTo(0.25);
    assertThat(rig.pool.snapshot().attribute(Attribute.LORA_ADAPTERS, 0))
        .isEqualTo(new LoraAdapters(Set.of("a"), Set.of(), 4));
    assertThat(server.connections).hasValue(1);
    assertThat(server.requests.get(0))
        .startsWith("GET /metrics HTTP/1.1\r\n")
        .contains("host: 127.0.0.1:" + server.port() + "\r\n")
        .contains("accept: text/plain\r\n");
    assertThat(rig.poller.lastErrors()).isEmpty();
    assertThat(rig.metrics.polls).hasValue(0);
    assertThat(rig.metrics.extracts).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 100_000})
  void readsChunksOfAnySize(int size) {
    PageServer server = rig.server(chunked(PAGE, size));
    rig.join("a", server);
    rig.start();
    Until.holds("3 polls", () -> server.requests.size() >= 3);
    assertThat(rig.value("a", Signal.WAITING_REQUESTS)).isEqualTo(3);
    assertThat(server.connections).hasValue(1);
  }

  @Test
  void readsUntilTheServerClosesAndConnectsAgain() {
    PageServer server = rig.server(bytesThenClose("HTTP/1.0 200 OK\r\n\r\n" + PAGE));
    rig.join("a", server);
    rig.start();
    Until.holds("3 polls", () -> server.requests.size() >= 3);
    assertThat(rig.value("a", Signal.WAITING_REQUESTS)).isEqualTo(3);
    assertThat(server.connections.get()).isGreaterThanOrEqualTo(3);
    assertThat(rig.metrics.polls).hasValue(0);
  }

  @Test
  void aConnectionThatTheServerClosedMeanwhileIsNoFailure() {
    PageServer server =
        rig.server((out, socket) -> {
          page(PAGE).write(out, socket);
          socket.close();
        });
    rig.join("a", server);
    rig.start();
    Until.holds("4 polls", () -> server.requests.size() >= 4);
    assertThat(rig.metrics.polls).hasValue(0);
  }

  @Test
  void aRequestThatAKeptConnectionLostIsSentOnceMore() {
    PageServer server = rig.server(page(PAGE));
    server.answer =
        (out, socket) -> {
          if (server.requests.size() % 2 == 0) {
            PageServer.reset().write(out, socket);
          } else {
            page(PAGE).write(out, socket);
          }
        };
    rig.join("a", server);
    rig.start();
    Until.holds("9 requests", () -> server.requests.size() >= 9);
    assertThat(rig.metrics.polls).hasValue(0);
    assertThat(server.connections.get()).isGreaterThanOrEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"500", "302", "404", "204"})
  void anyOtherStatusIsAFailureThatKeepsTheValues(int status) {
    PageServer server = rig.server(page(PAGE));
    rig.join("a", server);
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    server.answer = page(status, status == 204 ? "" : "vllm:num_requests_waiting 9\n");
    Until.holds("2 failures", () -> rig.metrics.polls.get() >= 2);
    assertThat(rig.poller.lastErrors())
        .isEqualTo(Map.of(PollerRig.id("a"), "unexpected status code from default/a: " + status));
    assertThat(rig.value("a", Signal.WAITING_REQUESTS)).isEqualTo(3);
    server.answer = page(PAGE.replace("waiting 3", "waiting 4"));
    Until.holds("recovery", () -> rig.value("a", Signal.WAITING_REQUESTS) == 4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello, this is no HTTP\\r\\n\\r\\n | no usable HTTP response",
        "HTTP/1.1 200 OK\\r\\ncontent-length: 99\\r\\n\\r\\nvllm:x 1\\n | within the page",
        "HTTP/1.1 200 OK\\r\\ntransfer-encoding: chunked\\r\\n\\r\\nz\\r\\n | no usable HTTP response",
        "HTTP/1.1 200 OK\\r\\ncontent-encoding: gzip\\r\\n\\r\\nx | content-encoding: gzip",
        "'' | before a response",
        "HTTP/1.1 200 OK\\r\\nx: | no usable HTTP response",
      })
  void whatIsNoPageIsAFailure(String answer, String reason) {
    PageServer server =
        rig.server(bytesThenClose(answer.strip().replace("\\r", "\r").replace("\\n", "\n")));
    rig.join("a", server);
    rig.start();
    Until.holds("2 failures", () -> rig.metrics.polls.get() >= 2);
    assertThat(rig.poller.lastErrors().get(PollerRig.id("a"))).contains(reason);
    assertThat(rig.value("a", Signal.WAITING_REQUESTS)).isNaN();
  }

  @Test
  void aResetAndARefusedConnectionAreFailures() {
    PageServer server = rig.server(PageServer.reset());
    PageServer gone = rig.server(page(PAGE));
    gone.close();
    rig.join("a", server);
    rig.join("b", gone);
    rig.start();
    Until.holds("both fail", () -> rig.poller.lastErrors().size() == 2);
  }

  @Test
  void aPageWithoutAnyNeededMetricSaysWhatWasExpected() {
    PageServer server = rig.server(page("<html>no metrics here</html>"));
    rig.join("a", server);
    rig.start();
    Until.holds("2 failed extractions", () -> rig.metrics.extracts.get() >= 2);
    assertThat(rig.poller.lastErrors().get(PollerRig.id("a")))
        .startsWith("no metric of engine vllm on its page of 28 bytes (expected: ")
        .contains("vllm:num_requests_waiting");
    assertThat(rig.metrics.polls).hasValue(0);
  }

  @Test
  void illegalValuesAreCountedAndTheOldOnesAge() {
    PageServer server = rig.server(page(PAGE));
    rig.join("a", server);
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.KV_CACHE_USAGE) == 0.25);
    rig.clock.addAndGet(TimeUnit.SECONDS.toNanos(5));
    server.answer = page(PAGE.replace("0.25", "NaN").replace("waiting 3", "waiting 4"));
    Until.holds("a new page", () -> rig.value("a", Signal.WAITING_REQUESTS) == 4);
    EndpointSnapshot snapshot = rig.pool.snapshot();
    assertThat(snapshot.value(Signal.KV_CACHE_USAGE, 0)).isEqualTo(0.25);
    assertThat(snapshot.ageNanos(Signal.KV_CACHE_USAGE, 0, rig.clock.get()))
        .isEqualTo(TimeUnit.SECONDS.toNanos(5));
    assertThat(snapshot.ageNanos(Signal.WAITING_REQUESTS, 0, rig.clock.get())).isZero();
    assertThat(rig.metrics.extracts.get()).isPositive();
    assertThat(rig.poller.lastErrors().get(PollerRig.id("a"))).contains("1 values discarded");
  }

  @Test
  void agesGrowWhenAnEndpointNoLongerAnswers() {
    PageServer server = rig.server(page(PAGE));
    rig.join("a", server);
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    server.close();
    Until.holds("a failure", () -> rig.metrics.polls.get() >= 1);
    rig.clock.addAndGet(TimeUnit.SECONDS.toNanos(7));
    assertThat(rig.pool.snapshot().ageNanos(Signal.WAITING_REQUESTS, 0, rig.clock.get()))
        .isEqualTo(TimeUnit.SECONDS.toNanos(7));
  }

  @Test
  void aHangingEndpointIsGivenUpAtTheDeadline() {
    PageServer server = rig.server(page(PAGE));
    rig.join("a", server);
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    CountDownLatch asked = new CountDownLatch(1);
    server.answer =
        (out, socket) -> {
          asked.countDown();
          server.hang();
        };
    Until.holds("a request", () -> asked.getCount() == 0);
    assertThat(rig.metrics.polls).hasValue(0);
    rig.clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(400));
    Until.holds("a failure", () -> rig.metrics.polls.get() == 1);
    assertThat(rig.poller.lastErrors())
        .isEqualTo(Map.of(PollerRig.id("a"), "no page within 400 ms"));
  }

  @Test
  void theFirstPageOfAnEndpointIsWaitedForLonger() {
    PageServer server = rig.server(page(PAGE));
    server.answer = (out, socket) -> server.hang();
    rig.join("a", server);
    rig.start();
    Until.holds("a request", () -> server.requests.size() == 1);
    rig.clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(2999));
    AtomicInteger looks = new AtomicInteger();
    rig.onLook = looks::incrementAndGet;
    Until.holds("4 looks at the clock", () -> looks.get() >= 4);
    assertThat(rig.metrics.polls).hasValue(0);
    rig.clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    Until.holds("a failure", () -> rig.metrics.polls.get() == 1);
    assertThat(rig.poller.lastErrors())
        .isEqualTo(Map.of(PollerRig.id("a"), "no page within 3000 ms"));
    Until.holds("another request", () -> server.requests.size() == 2);
    rig.clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(400));
    Until.holds("another failure", () -> rig.metrics.polls.get() == 2);
  }

  @Test
  void whatCameWhileThisProcessStoodStillIsRead() {
    PageServer server = rig.server(page(PAGE));
    rig.join("a", server);
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch still = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    server.answer =
        (out, socket) -> {
          asked.countDown();
          reached(still);
          page(PAGE.replace("waiting 3", "waiting 4")).write(out, socket);
          written.countDown();
        };
    reached(asked);
    rig.onLook =
        () -> {
          if (still.getCount() > 0) {
            rig.clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
            still.countDown();
            reached(written);
          }
        };
    Until.holds("the page", () -> rig.value("a", Signal.WAITING_REQUESTS) == 4);
    assertThat(rig.metrics.polls).hasValue(0);
  }

  private static void reached(CountDownLatch latch) {
    Until.holds("a latch", () -> latch.getCount() == 0);
  }

  @Test
  void hangingEndpointsDelayNoOtherEvenWhenTheyFillEveryPlace() {
    PageServer hanging = rig.server(page(PAGE));
    hanging.answer = (out, socket) -> hanging.hang();
    PageServer server = rig.server(page(PAGE));
    for (int i = 0; i < 5; i++) {
      rig.join("a" + i, hanging);
    }
    rig.join("z", server);
    rig.start(new PollLimits(1 << 20, 2));
    Until.holds("2 requests", () -> hanging.requests.size() == 2);
    assertThat(server.requests).isEmpty();
    // Below the deadline: the places are given on although nobody has answered.
    rig.clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
    Until.holds("2 more", () -> hanging.requests.size() == 4);
    rig.clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
    Until.holds("the good one", () -> rig.value("z", Signal.WAITING_REQUESTS) == 3);
    assertThat(rig.metrics.polls).hasValue(0);
  }

  @Test
  void aPageOverTheLimitIsGivenUp() {
    PageServer declared = rig.server(page(PAGE.repeat(1000)));
    PageServer endless =
        rig.server((out, socket) -> {
          out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes());
          byte[] noise = "vllm:num_requests_waiting{x=\"y\"} 1\n".repeat(1000).getBytes();
          while (true) {
            out.write(noise);
          }
        });
    rig.join("a", declared);
    rig.join("b", endless);
    rig.start(new PollLimits(100_000, 4));
    Until.holds("both fail", () -> rig.poller.lastErrors().size() == 2);
    assertThat(rig.poller.lastErrors().values())
        .allMatch(error -> error.contains("bytes or more (expected: <= 100000)"));
    assertThat(rig.value("b", Signal.WAITING_REQUESTS)).isNaN();
  }

  @Test
  void followsWhoJoinsAndLeaves() {
    PageServer first = rig.server(page(PAGE));
    PageServer second = rig.server(page(PAGE));
    rig.start();
    rig.join("a", first);
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    rig.join("b", second);
    Until.holds("a value", () -> rig.value("b", Signal.WAITING_REQUESTS) == 3);
    rig.pool.remove(PollerRig.id("a"));
    Until.holds("hanging up", () -> first.openConnections() == 0);
    int asked = first.requests.size();
    int other = second.requests.size();
    Until.holds("3 polls of the other", () -> second.requests.size() >= other + 3);
    assertThat(first.requests).hasSize(asked);
  }

  @Test
  void anEndpointWhoseAddressOrEngineChangesIsPolledAnew() {
    PageServer first = rig.server(page(PAGE));
    PageServer second = rig.server(page(PAGE + "sglang:num_queue_reqs 8\n"));
    rig.join("a", first);
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    rig.join("a", second);
    Until.holds("second is polled", () -> !second.requests.isEmpty());
    Until.holds("first is not", () -> first.openConnections() == 0);
    Until.holds("adapters", () -> rig.adapters("a") != null);
    rig.join("a", second, Map.of(CoreMetricsExtractor.ENGINE_LABEL, "sglang"));
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 8);
    assertThat(rig.adapters("a")).isNull();
    rig.join("a", second, Map.of(CoreMetricsExtractor.ENGINE_LABEL, "sglang", "x", "y"));
    int asked = second.requests.size();
    Until.holds("polls go on", () -> second.requests.size() > asked + 1);
    assertThat(second.openConnections()).isEqualTo(1);
  }

  @Test
  void hostNamesAreLookedUp() {
    PageServer server = rig.server(page(PAGE));
    rig.joinAt("a", "localhost", server.port());
    rig.joinAt("b", "[no-address]", server.port());
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    Until.holds("an error", () -> !rig.poller.lastErrors().isEmpty());
    assertThat(rig.poller.lastErrors())
        .isEqualTo(Map.of(PollerRig.id("b"), "unknown host: [no-address]"));
  }

  @Test
  void closingEndsEveryConnectionAndTheThread() {
    PageServer server = rig.server(page(PAGE));
    rig.join("a", server);
    rig.start();
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    rig.poller.close();
    Until.holds("hanging up", () -> server.openConnections() == 0);
    Until.holds(
        "no thread",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().startsWith("igw-metrics")));
  }

  @Test
  void rejectsLimitsAndTicksOutOfRange() {
    assertThatThrownBy(() -> new PollLimits(0, 1)).hasMessageContaining("maxPageBytes: 0");
    assertThatThrownBy(() -> new PollLimits(1, 0)).hasMessageContaining("maxInFlight: 0");
    EndpointPool pool = rig.pool;
    assertThatThrownBy(() -> rig.newPoller(pool, Duration.ofMillis(1), PollLimits.DEFAULT))
        .hasMessageContaining("tick: PT0.001S");
  }
}

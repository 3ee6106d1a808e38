package io.igw.extproc;

import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that end badly, through the real Envoy: clients that close or reset at the headers,
 * within the body and within the response, model servers that abort before and within the answer.
 * Afterwards nothing is in flight, no lease is open and no memory is held. System property {@code
 * igw.resets}: how many requests, default 1,000.
 */
@Timeout(900)
class ResetsIT {
  private static final int REQUESTS = Integer.getInteger("igw.resets", 1000);
  private static final int CLIENTS = 16;
  private static final EngineSettings FAST = EngineSettings.defaults().withSpeed(50);
  private static final int BODY_BYTES = 20_000;
  private static final int TIMEOUT_MILLIS = 30_000;

  /** Where the client stops. */
  private enum Stop {
    NEVER,
    AT_HEADERS,
    MID_BODY,
    MID_RESPONSE
  }

  @TempDir Path directory;

  private final AtomicInteger next = new AtomicInteger();
  private final Map<Stop, LongAdder> played = new EnumMap<>(Stop.class);
  private final LongAdder answered = new LongAdder();
  private final LongAdder aborted = new LongAdder();

  @Test
  void nothingIsLeft() throws Exception {
    for (Stop stop : Stop.values()) {
      played.put(stop, new LongAdder());
    }
    try (EnvoyRig rig = EnvoyRig.start(directory, 4, FAST, "- {type: random-picker}\n")) {
      rig.servers().server(1).fault(Fault.RESET);
      rig.servers().server(2).fault(Fault.RESET_MID_RESPONSE);
      play(rig, REQUESTS / 4);
      settle(rig);
      double directBefore = rig.metric("igw_direct_memory_bytes");
      play(rig, REQUESTS);
      settle(rig);
      double directAfter = rig.metric("igw_direct_memory_bytes");
      System.out.printf(
          "resets: %s, %d answered whole, %d aborted by a server; direct memory %.0f, then %.0f%n",
          played, answered.sum(), aborted.sum(), directBefore, directAfter);
      assertThat(played.values()).allMatch(count -> count.sum() > REQUESTS / 8);
      assertThat(answered.sum()).isPositive();
      assertThat(aborted.sum()).isPositive();
      assertThat(directBefore).isPositive();
      assertThat(directAfter).isBetween(directBefore * 0.95, directBefore * 1.05);
      assertThat(rig.metric("igw_leases_expired_total")).isZero();
      assertThat(rig.metric("igw_stream_faults_total")).isZero();
      assertThat(rig.pickerLog()).doesNotContain("Exception");
    }
  }

  private static void settle(EnvoyRig rig) throws Exception {
    await(() -> rig.metric("igw_open_leases") == 0);
    assertThat(rig.metric("igw_in_flight_requests")).isZero();
    assertThat(rig.metric("igw_in_flight_tokens")).isZero();
  }

  /** Plays until {@code until} requests have been played in all. */
  private void play(EnvoyRig rig, int until) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<?>> all = new ArrayList<>();
      int port = rig.envoy().port();
      for (int c = 0; c < CLIENTS; c++) {
        all.add(
            clients.submit(() -> {
              for (int n = next.getAndIncrement(); n < until; n = next.getAndIncrement()) {
                one(n, port);
              }
              return null;
            }));
      }
      for (Future<?> client : all) {
        client.get();
      }
    } finally {
      clients.shutdownNow();
    }
    next.set(until);
  }

  private void one(int number, int port) throws IOException {
    SplittableRandom random = new SplittableRandom(number);
    Stop stop = Stop.values()[number % Stop.values().length];
    boolean reset = random.nextBoolean();
    String body = EnvoyRig.chatBody("base-model", "p" + number + "x".repeat(BODY_BYTES), true, 5);
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: igw\r\ncontent-type: application/json\r\n"
            + "connection: close\r\ncontent-length: "
            + body.length()
            + "\r\n\r\n";
    played.get(stop).increment();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      if (reset) {
        // Closing sends RST instead of FIN.
        socket.setSoLinger(true, 0);
      }
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      if (stop == Stop.AT_HEADERS) {
        return;
      }
      byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
      out.write(
          bytes, 0, stop == Stop.MID_BODY ? 1 + random.nextInt(bytes.length - 1) : bytes.length);
      if (stop == Stop.MID_BODY) {
        return;
      }
      read(socket.getInputStream(), stop);
    }
  }

  private void read(InputStream in, Stop stop) throws IOException {
    StringBuilder text = new StringBuilder();
    byte[] buffer = new byte[4096];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        text.append(new String(buffer, 0, n, StandardCharsets.US_ASCII));
        if (stop == Stop.MID_RESPONSE && text.indexOf("data: ") >= 0) {
          return;
        }
      }
    } catch (IOException e) {
      // Envoy passes on a server's reset as one of its own.
      aborted.increment();
      return;
    }
    if (text.indexOf("data: [DONE]") >= 0) {
      answered.increment();
    } else {
      aborted.increment();
    }
  }
}

package io.igw.extproc;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.post;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.igw.extproc.testing.BodySender;
import io.igw.extproc.testing.Jdks;
import io.igw.extproc.testing.WaitingServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * More request bodies at once than the heap of the server could hold, while no decision is made:
 * what goes beyond its share waits at the sender, nothing dies of it, and all are served.
 */
@Timeout(900)
class HeldBodiesIT {
  private static final int BODIES = Integer.getInteger("igw.bodies", 140);
  private static final int HEAP_MIB = Integer.getInteger("igw.bodies.heap", 64);
  private static final int MIB = 1 << 20;
  private static final int PIECE = 16 * 1024;
  private static final int CONNECTIONS = 4;

  /** Classes, compiled code and the like. */
  private static final int BESIDE_MIB = 256;

  @TempDir Path directory;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private Process process;
  private BufferedReader told;
  private Writer words;

  @AfterEach
  void stop() throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    process.destroyForcibly().waitFor();
  }

  private long[] start() throws IOException {
    process =
        new ProcessBuilder(
                Jdks.java(Jdks.own()).toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                WaitingServer.class.getName())
            .redirectError(directory.resolve("log").toFile())
            .start();
    told = process.inputReader(StandardCharsets.UTF_8);
    words = process.outputWriter(StandardCharsets.UTF_8);
    return answer();
  }

  private long[] answer() throws IOException {
    String line = told.readLine();
    assertThat(line).as("log: %s", Files.readString(directory.resolve("log"))).isNotNull();
    return Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  /** Decisions that wait, bytes held, the most there ever were, and bodies that wait. */
  private long[] tell(String word) throws IOException {
    words.write(word + "\n");
    words.flush();
    return answer();
  }

  private long[] await(Predicate<long[]> condition) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(300);
    long[] state = tell("state");
    while (!condition.test(state)) {
      assertThat(System.nanoTime()).as("%s", Arrays.toString(state)).isLessThan(until);
      Thread.sleep(20);
      state = tell("state");
    }
    return state;
  }

  /** The most that the process ever had in memory; 0 where the system does not tell. */
  private long residentMib() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    Matcher peak = Pattern.compile("VmHWM:\\s+(\\d+) kB").matcher(Files.readString(status));
    assertThat(peak.find()).isTrue();
    return Long.parseLong(peak.group(1)) / 1024;
  }

  private static List<ProcessingRequest> request(boolean tellsLength) {
    String head = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"";
    String text = "word ".repeat(MIB / 5).substring(0, MIB - head.length() - 4);
    ByteString whole = ByteString.copyFromUtf8(head + text + "\"}]}");
    List<ProcessingRequest> messages = new ArrayList<>();
    messages.add(tellsLength ? post("content-length", Integer.toString(MIB)) : post());
    for (int from = 0; from < MIB; from += PIECE) {
      messages.add(body(whole.substring(from, from + PIECE), from + PIECE == MIB));
    }
    return messages;
  }

  @Test
  void bodiesBeyondTheHeapWaitAndAllAreServed() throws Exception {
    long[] started = start();
    int port = (int) started[0];
    long limit = started[1];
    assertThat(limit).isBetween((long) HEAP_MIB * MIB / 5, (long) HEAP_MIB * MIB / 4);
    assertThat((long) BODIES * MIB).as("bytes of all bodies").isGreaterThan(2L * HEAP_MIB * MIB);
    for (int i = 0; i < CONNECTIONS; i++) {
      channels.add(
          NettyChannelBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .usePlaintext()
              .directExecutor()
              .build());
    }
    List<List<ProcessingRequest>> requests = List.of(request(true), request(false));
    List<BodySender> senders = new ArrayList<>();
    for (int i = 0; i < BODIES; i++) {
      senders.add(new BodySender(channels.get(i % CONNECTIONS), requests.get(i / 4 % 2)));
    }
    await(state -> state[0] > 0 && state[1] > limit - 2 * MIB && state[3] > BODIES / 2);
    assertThat(
            senders.stream()
                .map(BodySender::end)
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join))
        .as("ended before any decision")
        .isEmpty();
    tell("go");
    for (BodySender sender : senders) {
      assertThat(sender.end().get(300, TimeUnit.SECONDS)).isEqualTo("OK 127.9.0.1 " + MIB);
    }
    long[] after = await(state -> state[1] == 0 && state[3] == 0);
    // The limit, one body beyond it, and what holds pieces together.
    assertThat(after[2]).as("most bytes held").isLessThan(limit + 2 * MIB);
    assertThat(residentMib()).as("most memory, MiB").isLessThan(2L * HEAP_MIB + BESIDE_MIB);
    words.close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(directory.resolve("log")))
        .doesNotContain("OutOfMemory", "OutOfDirect");
  }
}

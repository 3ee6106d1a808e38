package io.igw.extproc.server;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.igw.extproc.metrics.PrometheusMetrics;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.ScriptedExchange;
import io.igw.extproc.testing.Served;
import io.igw.runtime.Exchange;
import io.igw.runtime.PickerRuntime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.blockhound.BlockHound;

/** No event loop ever blocks; and if one did, this test would see it. */
@Tag("blockhound")
@Timeout(240)
class BlockHoundTest {
  private static final ByteString PROMPT =
      ByteString.copyFromUtf8(
          "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\""
              + "x".repeat(400_000)
              + "\"}]}");
  private static final Queue<String> BLOCKED = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void install() {
    BlockHound.install(builder ->
        builder
            .nonBlockingThreadPredicate(
                before -> before.or(thread -> thread.getName().startsWith("igw-loop")))
            .blockingMethodCallback(method -> {
              if (Thread.currentThread().getName().startsWith("igw-loop")) {
                BLOCKED.add(method.toString());
              }
            }));
  }

  @BeforeEach
  void forget() {
    BLOCKED.clear();
  }

  private static void exchange(Function<Executor, Exchange> exchanges) throws Exception {
    EventLoops loops = new EventLoops(1);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    ExtProcServer server =
        ExtProcServer.builder(new PickerHandler(exchanges, false, false), loops)
            .start(new InetSocketAddress(loopback, 0));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new InetSocketAddress(loopback, server.port()))
            .usePlaintext()
            .build();
    for (int i = 0; i < 50; i++) {
      DataPlane plane = new DataPlane(channel);
      plane.send(post(), body(PROMPT, true));
      plane.next(8);
      plane.send(responseHeaders(false), responseBody("data: x\n\n", true));
      plane.next(2);
      plane.cancel();
    }
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    server.close();
    loops.close();
  }

  @Test
  void wholeExchangesBlockNothing() throws Exception {
    exchange(loop -> new ScriptedExchange());
    assertThat(BLOCKED).isEmpty();
  }

  @Test
  void theRealPickerBlocksNothing() throws Exception {
    PrometheusMetrics metrics = new PrometheusMetrics(true);
    try (PickerRuntime runtime =
        PickerRuntime.builder()
            .endpoints(List.of(Served.endpoints("127.9.0.1:9", "127.9.0.2:9")))
            .metrics(metrics)
            .build()) {
      runtime.start();
      exchange(runtime::open);
    }
    assertThat(BLOCKED).isEmpty();
  }

  @Test
  void aPlantedSleepIsSeen() throws Exception {
    exchange(loop -> {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new ScriptedExchange();
    });
    assertThat(BLOCKED).isNotEmpty().allMatch(call -> call.contains("Thread.sleep"));
  }
}

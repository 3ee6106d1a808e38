package io.igw.extproc.server;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.stream.StreamHandler;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Recorder;
import io.igw.extproc.testing.ScriptedExchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The I/O layer over a real connection. */
@Timeout(240)
class ExtProcServerTest {
  private static EventLoops loops;

  private final List<ScriptedExchange> exchanges = new CopyOnWriteArrayList<>();
  private ExtProcServer server;
  private ManagedChannel channel;

  @BeforeAll
  static void startLoops() {
    loops = new EventLoops(1);
  }

  @AfterAll
  static void stopLoops() {
    loops.close();
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    server.close();
  }

  private DataPlane open(StreamHandler handler) throws Exception {
    start(handler);
    channel = connect(65_535);
    return new DataPlane(channel);
  }

  private void start(StreamHandler handler) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server = ExtProcServer.builder(handler, loops).start(new InetSocketAddress(loopback, 0));
  }

  private ManagedChannel connect(int windowBytes) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return NettyChannelBuilder.forAddress(new InetSocketAddress(loopback, server.port()))
        .usePlaintext()
        .directExecutor()
        .flowControlWindow(windowBytes)
        .build();
  }

  private StreamHandler picking() {
    return new PickerHandler(
        loop -> {
          ScriptedExchange exchange = new ScriptedExchange();
          exchanges.add(exchange);
          return exchange;
        },
        false,
        false);
  }

  @Test
  void theNullServerPassesAWholeExchange() throws Exception {
    DataPlane plane = open(StreamHandler.CONTINUE);
    plane.send(post(), body("abc", false), body("", true));
    assertThat(Recorder.kinds(plane.next(3)))
        .containsExactly("request_headers", "request_body", "request_body");
    plane.send(responseHeaders(false), responseBody("x", true));
    assertThat(Recorder.kinds(plane.next(2))).containsExactly("response_headers", "response_body");
    plane.halfClose();
    assertThat(plane.status()).isEqualTo(Status.OK);
  }

  @Test
  void aBodyOfAMegabyteComesBackWholeThroughASmallWindow() throws Exception {
    byte[] bytes = new byte[1_000_000];
    new java.util.Random(7).nextBytes(bytes);
    ByteString whole = ByteString.copyFrom(bytes);
    DataPlane plane = open(picking());
    plane.send(post(), body(whole, false), body("", true));
    List<ProcessingResponse> replies = plane.next(18);
    assertThat(Recorder.joined(replies)).isEqualTo(whole);
    assertThat(exchanges.get(0).requestBytes.toByteArray()).isEqualTo(bytes);
    assertThat(exchanges.get(0).maxSlice).isEqualTo(64 * 1024);
  }

  /**
   * Short pieces whose answers fill the transport's buffer, all read at once, and behind them as
   * much of a long one as the window takes. Reading on then gives window back, which the peer has
   * to hear of. The number of pieces has to be right to a few: less than half of the window, and
   * more than the buffer.
   */
  @ParameterizedTest
  @ValueSource(ints = {122, 123, 124, 125, 126})
  void aLongPieceBehindShortOnesIsNotLeftInTheMiddle(int pieces) throws Exception {
    CountDownLatch sent = new CountDownLatch(1);
    start(picking());
    channel = connect(1 << 20);
    DataPlane plane = new DataPlane(channel).send(get(), responseHeaders(false));
    plane.next(2);
    exchanges.get(0).onResponseBody = () -> awaitQuietly(sent);
    for (int i = 0; i < pieces; i++) {
      plane.send(responseBody(ByteString.copyFrom(new byte[247]), false));
    }
    plane.send(responseBody(ByteString.copyFrom(new byte[60_000]), true));
    TimeUnit.MILLISECONDS.sleep(50); // all that the window takes is on its way
    sent.countDown();
    plane.next(pieces + 1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void oneMessageOfEightMebibytesIsAccepted() throws Exception {
    DataPlane plane = open(picking());
    plane.send(post(), body(ByteString.copyFrom(new byte[8 << 20]), true));
    assertThat(Recorder.joined(plane.next(1 + 136)).size()).isEqualTo(8 << 20);
  }

  @Test
  void bytesThatAreNoMessageGetAnError() throws Exception {
    open(picking());
    MethodDescriptor.Marshaller<byte[]> raw = new RawBytes();
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.newBuilder(raw, raw)
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(ExternalProcessorGrpc.getProcessMethod().getFullMethodName())
            .build();
    ClientCall<byte[], byte[]> call = channel.newCall(method, CallOptions.DEFAULT);
    CompletableFuture<byte[]> reply = new CompletableFuture<>();
    CompletableFuture<Status> end = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(byte[] message) {
            reply.complete(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(new byte[] {0x12, (byte) 0xff, 0x01, 0x02});
    assertThat(
            ProcessingResponse.parseFrom(reply.get(60, TimeUnit.SECONDS))
                .getImmediateResponse()
                .getStatus()
                .getCodeValue())
        .isEqualTo(400);
    assertThat(end.get(60, TimeUnit.SECONDS)).isEqualTo(Status.OK);
  }

  private static final class RawBytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void aThousandStreamsNeedNoThreadsOfTheirOwn() throws Exception {
    DataPlane first = open(picking());
    first.send(post());
    int before = Thread.activeCount();
    List<DataPlane> planes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      planes.add(new DataPlane(channel).send(post(), body("abc", true)));
    }
    for (DataPlane plane : planes) {
      plane.next(2);
    }
    assertThat(server.openStreams()).isEqualTo(1_001);
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(t -> t.getName().startsWith("igw-loop"))
        .hasSize(1);
    assertThat(Thread.activeCount()).isLessThan(before + 10);
    planes.forEach(DataPlane::cancel);
    first.cancel();
    assertThat(server.drain(TimeUnit.SECONDS.toNanos(60))).isZero();
    assertThat(exchanges).hasSize(1_001).allMatch(e -> e.closed.get() == 1);
  }

  @Test
  void drainingCutsWhatOutlivesTheTime() throws Exception {
    DataPlane plane = open(picking());
    plane.send(post(), body("abc", true));
    plane.next(2);
    assertThat(server.drain(TimeUnit.MILLISECONDS.toNanos(50))).isEqualTo(1);
    assertThat(plane.status().isOk()).isFalse();
    assertThat(exchanges.get(0).closed).hasValue(1);
  }
}

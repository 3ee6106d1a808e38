package io.igw.extproc.server;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.headers;
import static io.igw.extproc.testing.Messages.map;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.trailers;
import static io.igw.extproc.testing.Messages.withModes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.igw.api.EndpointPicker;
import io.igw.api.Outcome;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Recorder;
import io.igw.extproc.testing.ScriptedExchange;
import io.igw.extproc.testing.Until;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every limit of a server, over a real connection. */
@Timeout(240)
class LimitsTest {
  private static final int KIB = 1024;

  private final EventLoops loops = new EventLoops(2);
  private final List<ScriptedExchange> exchanges = new CopyOnWriteArrayList<>();
  private final List<String> reached = new CopyOnWriteArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Runnable> decisions = new CopyOnWriteArrayList<>();
  private boolean undecided;
  private ExtProcServer server;

  @AfterEach
  void stop() throws InterruptedException {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    server.close();
    loops.close();
  }

  private void serve(Limits limits) throws Exception {
    PickerHandler handler =
        new PickerHandler(
            loop -> {
              ScriptedExchange exchange = new ScriptedExchange();
              Outcome outcome = exchange.outcome;
              if (undecided) {
                exchange.outcome = null;
                decisions.add(() -> loop.execute(() -> decide(exchange, outcome)));
              }
              exchanges.add(exchange);
              return exchange;
            },
            false,
            false);
    StreamEvents events =
        new StreamEvents() {
          @Override
          public void limited(String limit) {
            reached.add(limit);
          }

          @Override
          public void ignoredAfterEnd() {}

          @Override
          public void fault(RuntimeException cause) {
            reached.add(cause.toString());
          }
        };
    server =
        ExtProcServer.builder(handler, loops)
            .limits(limits)
            .events(events)
            .start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    for (int i = 0; i < 3; i++) {
      channels.add(
          NettyChannelBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
              .usePlaintext()
              .build());
    }
  }

  private DataPlane open(int number, ProcessingRequest... messages) {
    return new DataPlane(channels.get(number % channels.size())).send(messages);
  }

  private void await(Callable<Boolean> condition) throws Exception {
    Until.await(
        condition,
        () ->
            server.heldBodyBytes()
                + " held, "
                + server.waitingBodies()
                + " wait, "
                + server.openStreams()
                + " open");
  }

  private static ByteString bytes(int length) {
    return ByteString.copyFrom(new byte[length]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001})
  void headersBeyondTheirLimitGet431(int size) throws Exception {
    serve(new Limits(10, 1000, 64 * KIB, 1 << 20));
    int rest = size - (":path".length() + "/v1/models".length() + 32 + "x-long".length() + 32);
    ProcessingRequest message =
        headers(true, map(":path", "/v1/models", "x-long", "v".repeat(rest))).build();
    DataPlane plane = open(0, message);
    if (size == 1000) {
      assertThat(plane.next().hasRequestHeaders()).isTrue();
      return;
    }
    ImmediateResponse refused = plane.next().getImmediateResponse();
    assertThat(refused.getStatus().getCodeValue()).isEqualTo(431);
    assertThat(refused.getBody().toStringUtf8())
        .contains("request headers: 1001 bytes (expected: <= 1000)")
        .doesNotContain("vvv");
    assertThat(plane.status()).isEqualTo(Status.OK);
    assertThat(exchanges).isEmpty();
    assertThat(refused.hasGrpcStatus()).isFalse();
    assertThat(reached).containsExactly("request_header_bytes");
  }

  /** scenarios.md S-13, where nothing of a request is looked at but its headers. */
  @ParameterizedTest
  @CsvSource({"0, 431, 1000", "1, 429, 65536"})
  void grpcClientsGetAStatusOfTheirKind(int before, int status, int headerBytes) throws Exception {
    serve(new Limits(1, headerBytes, 64 * KIB, 1 << 20));
    for (int i = 0; i < before; i++) {
      open(i, get()).next();
    }
    String[] more = {"content-type", "application/grpc", "x-long", "v".repeat(2000)};
    DataPlane plane = open(1, headers(false, map(more)).build());
    ImmediateResponse refused = plane.next().getImmediateResponse();
    assertThat(refused.getStatus().getCodeValue()).isEqualTo(status);
    assertThat(refused.getGrpcStatus().getStatus()).isEqualTo(8);
  }

  @Test
  void streamsBeyondTheirNumberGet429AndPlaceIsMadeByThoseThatEnd() throws Exception {
    serve(new Limits(4, 64 * KIB, 64 * KIB, 1 << 20));
    List<DataPlane> planes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      planes.add(open(i, get()));
      planes.get(i).next();
    }
    DataPlane surplus = open(1, post());
    ImmediateResponse refused = surplus.next().getImmediateResponse();
    assertThat(refused.getStatus().getCodeValue()).isEqualTo(429);
    assertThat(set(refused.getHeaders(), "x-llm-d-request-dropped-reason"))
        .isEqualTo("rejected-saturated");
    assertThat(surplus.status()).isEqualTo(Status.OK);
    assertThat(reached).containsExactly("streams");
    planes.get(0).cancel();
    await(() -> server.openStreams() == 3);
    assertThat(open(1, get()).next().hasRequestHeaders()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = BodySendMode.class,
      names = {"FULL_DUPLEX_STREAMED", "BUFFERED"})
  void bodiesBeyondTheTotalWaitAndAllAreServed(BodySendMode mode) throws Exception {
    undecided = true;
    serve(new Limits(1000, 64 * KIB, 64 * KIB, 4 << 20));
    ByteString whole = bytes(1 << 20);
    List<DataPlane> planes = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      ProcessingRequest first = post("content-length", Integer.toString(whole.size()));
      planes.add(open(i, withModes(first, mode, mode), body(whole, true)));
    }
    // Whole ones take what there is; one more goes beyond the limit, the rest waits.
    await(() -> exchanges.stream().filter(e -> e.waiting != null).count() >= 4);
    await(() -> server.waitingBodies() >= 19);
    assertThat(server.heldBodyBytes()).isBetween(3L << 20, (5L << 20) + 1000);
    assertThat(exchanges.stream().filter(e -> e.waiting != null).count()).isLessThanOrEqualTo(5);
    // Those without a body are not held up, those that give up leave the line.
    DataPlane bodiless = open(0, get());
    await(() -> exchanges.stream().filter(e -> e.waiting != null).count() >= 5);
    bodiless.cancel();
    for (int i = 0; i < 4; i++) {
      planes.get(20 + i).cancel();
    }
    await(() -> server.waitingBodies() <= 16);
    for (int i = 0; i < 20; i++) {
      DataPlane plane = planes.get(i);
      await(() -> {
        decideAll();
        return plane.unread() > (mode == BodySendMode.BUFFERED ? 1 : 0);
      });
    }
    await(() -> server.heldBodyBytes() == 0 && server.waitingBodies() == 0);
    assertThat(reached).contains("held_body_bytes").doesNotContain("waiting_bodies");
  }

  private void decideAll() {
    decisions.forEach(Runnable::run);
  }

  private static void decide(ScriptedExchange exchange, @Nullable Outcome outcome) {
    EndpointPicker.Listener listener = exchange.waiting;
    if (listener != null && outcome != null) {
      exchange.waiting = null;
      listener.onOutcome(outcome);
    }
  }

  @Test
  void aLineThatIsFullRefusesWhatHasNotBegun() throws Exception {
    undecided = true;
    serve(new Limits(1000, 64 * KIB, 64 * KIB, 64 * KIB));
    List<DataPlane> planes = new ArrayList<>();
    for (int i = 0; i < 66; i++) {
      planes.add(open(0, post(), body(bytes(40 * KIB), true)));
    }
    await(() -> server.waitingBodies() == 64);
    DataPlane late = open(1, post(), body(bytes(10), true));
    ImmediateResponse refused = late.next().getImmediateResponse();
    assertThat(refused.getStatus().getCodeValue()).isEqualTo(429);
    assertThat(reached).contains("waiting_bodies");
    planes.forEach(DataPlane::cancel);
    await(() -> server.heldBodyBytes() == 0 && server.waitingBodies() == 0);
  }

  @Test
  void whatComesBeforeADecisionThatNeedsNoBodyStopsAtTheBuffer() throws Exception {
    undecided = true;
    serve(new Limits(1000, 64 * KIB, 64 * KIB, 16 << 20));
    DataPlane plane = open(0, withModes(post(), BodySendMode.STREAMED, BodySendMode.STREAMED));
    for (int i = 0; i < 64; i++) {
      plane.send(body(bytes(16 * KIB), false));
    }
    plane.send(trailers());
    await(() -> reached.contains("stream_buffer_bytes"));
    assertThat(server.heldBodyBytes()).isBetween(64L * KIB, 80L * KIB);
    await(() -> {
      decideAll();
      return plane.unread() == 66;
    });
    assertThat(Recorder.kinds(plane.next(66))).endsWith("request_body", "request_trailers");
    assertThat(server.heldBodyBytes()).isZero();
  }
}

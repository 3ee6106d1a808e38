package io.igw.extproc.server;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.headers;
import static io.igw.extproc.testing.Messages.map;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.text;
import static io.igw.extproc.testing.Messages.trailers;
import static io.igw.extproc.testing.Messages.withMetadata;
import static io.igw.extproc.testing.Messages.withModes;
import static io.igw.extproc.testing.Messages.withSubset;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.igw.extproc.fuzz.FuzzInput;
import io.igw.extproc.picker.GatewayProfile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Messages of up to four streams at once, through the real calls, streams and picker: odd orders,
 * all modes, half-closes, resets, slow readers, late decisions, garbage. Input: a letter for the
 * gateway, one for the limits, then events: a letter for what happens, one for the stream, and what
 * the event needs.
 *
 * <p>Nothing is thrown or swallowed; replies keep their order; a stream ends once; nothing is held
 * or leased in the end; and streams that wait for each other get on.
 */
public final class StreamsFuzz {
  private static final int STREAMS = 4;
  private static final int MAX_EVENTS = 300;
  private static final int MAX_MESSAGE_BYTES = 100_000;

  /** Bytes of all bodies of an input. */
  private static final int MAX_BODY_BYTES = 1_000_000;

  private static final BodySendMode[] MODES = {
    BodySendMode.FULL_DUPLEX_STREAMED,
    BodySendMode.NONE,
    BodySendMode.STREAMED,
    BodySendMode.BUFFERED,
    BodySendMode.BUFFERED_PARTIAL
  };
  private static final Limits[] LIMITS = {
    new Limits(STREAMS - 1, 1_500, 4_096, 140_000), new Limits(STREAMS, 1_500, 1, 1)
  };
  private static final List<GatewayProfile> GATEWAYS =
      GatewayProfile.names().stream()
          .map(n -> Objects.requireNonNull(GatewayProfile.named(n)))
          .toList();
  private static final String[] PATHS = {
    "/v1/chat/completions", "/v1/completions", "/v1/messages", "/other", "/v1/models", ""
  };
  private static final ByteString[] BODIES = {
    ByteString.copyFromUtf8(
        "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"role\":\"user\","
            + "\"content\":\""
            + FuzzedStream.SECRET
            + " and more\"}]}"),
    ByteString.copyFromUtf8(
        "{\"prompt\":\"" + FuzzedStream.SECRET + " text ".repeat(3_000) + "\",\"model\":\"m\"}"),
    ByteString.copyFromUtf8("{\"prompt\":\"" + FuzzedStream.SECRET + "\", oops"),
    ByteString.copyFrom(new byte[MAX_MESSAGE_BYTES - 100]),
  };
  private static final ByteString EVENTS =
      ByteString.copyFromUtf8(
          "data: {\"model\":\"t\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n".repeat(3)
              + "data: {\"model\":\"t\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
              + "\"completion_tokens\":3}}\n\ndata: [DONE]\n\n");
  private static final ByteString ANSWER =
      ByteString.copyFromUtf8(
          "{\"model\":\"t\",\"choices\":[{\"text\":\"a\"}],\"usage\":{\"prompt_tokens\":3}}");
  private static final FuzzedPicker PICKER = new FuzzedPicker();

  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
  private final FuzzedStream[] streams = new FuzzedStream[STREAMS];
  private final GatewayProfile gateway;
  private final boolean negotiates;
  private final OpenStreams open;
  private int bodyBytes;

  private StreamsFuzz(GatewayProfile gateway, boolean negotiates, Limits limits) {
    this.gateway = gateway;
    this.negotiates = negotiates;
    this.open = new OpenStreams(limits, MAX_MESSAGE_BYTES);
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    GatewayProfile gateway = GATEWAYS.get(input.choice(GATEWAYS.size()));
    int setting = input.choice(4);
    StreamsFuzz run = new StreamsFuzz(gateway, (setting & 1) != 0, LIMITS[setting >> 1]);
    for (int events = 0; input.more() && events < MAX_EVENTS; events++) {
      run.event(input.choice(20), input.choice(STREAMS), input);
    }
    run.end();
  }

  private FuzzedStream stream(int number) {
    if (streams[number] == null) {
      streams[number] = new FuzzedStream(PICKER, gateway, negotiates, loop::add, open);
    }
    return streams[number];
  }

  private void event(int kind, int number, FuzzInput input) {
    FuzzedStream stream = stream(number);
    switch (kind) {
      case 0, 1 -> begins(stream, input);
      case 2, 3 ->
          sends(stream, body(piece(BODIES[input.choice(BODIES.length)], input), ends(input)));
      case 4 -> sends(stream, body(literal(input), ends(input)));
      case 5 -> sends(stream, trailers());
      case 6 -> sends(stream, answers(input));
      case 7 -> sends(stream, responseBody(piece(EVENTS, input), ends(input)));
      case 8 -> sends(stream, responseBody(piece(ANSWER, input), ends(input)));
      case 9 -> sends(stream, responseBody(literal(input), ends(input)));
      case 10 -> sends(stream, responseTrailers());
      case 11 -> stream.call.halfClose();
      case 12 -> stream.call.end();
      case 13 -> stream.call.ready(input.count());
      case 14 -> turn();
      case 15 -> PICKER.release(ends(input));
      case 16 -> stream.call.send(literal(input));
      case 17 -> sends(stream, hinted(body(literal(input), ends(input)), input));
      case 18 -> sends(stream, body(BODIES[3], ends(input)));
      default -> {
        if (ends(input)) {
          sends(stream, headers(false, map()).setObservabilityMode(true).build());
        } else {
          sends(stream, ProcessingRequest.getDefaultInstance());
        }
      }
    }
    stream.call.pump();
  }

  private void sends(FuzzedStream stream, ProcessingRequest message) {
    bodyBytes += message.getRequestBody().getBody().size();
    if (bodyBytes < MAX_BODY_BYTES) {
      stream.call.send(message.toByteString());
    }
  }

  private static boolean ends(FuzzInput input) {
    return input.choice(2) == 1;
  }

  private static ByteString literal(FuzzInput input) {
    return ByteString.copyFrom(input.take(input.count()));
  }

  /** A part of a body; lengths grow with the square of the count. */
  private static ByteString piece(ByteString whole, FuzzInput input) {
    int count = input.count();
    int from = Math.min(whole.size(), count * count);
    int to = input.count();
    return whole.substring(from, to == 0 ? whole.size() : Math.min(whole.size(), from + to * to));
  }

  private static void begins(FuzzedStream stream, FuzzInput input) {
    List<String> fields = new ArrayList<>(List.of(":method", "POST"));
    fields.addAll(List.of(":path", PATHS[input.choice(PATHS.length)]));
    int request = input.choice(MODES.length + 1);
    int response = input.choice(MODES.length);
    int more = input.choice(64);
    boolean ended = (more & 1) != 0;
    if ((more & 2) != 0) {
      fields.addAll(List.of("x-gateway-model-name-rewrite", "t"));
      stream.rewritten();
    }
    if ((more & 4) != 0) {
      fields.addAll(List.of(FuzzedPicker.HOLD, "1"));
    }
    if ((more & 8) != 0) {
      int length = input.count();
      fields.addAll(List.of("content-length", Integer.toString(length * length)));
    }
    if ((more & 16) != 0) {
      fields.addAll(List.of("x-fuzz", "v".repeat(10 * input.count())));
    }
    ProcessingRequest message = headers(ended, map(fields.toArray(new String[0]))).build();
    if (request > 0) {
      message = withModes(message, MODES[request - 1], MODES[response]);
    }
    if ((more & 32) != 0) {
      message = hinted(message, input);
    }
    stream.call.send(message.toByteString());
  }

  private static ProcessingRequest hinted(ProcessingRequest message, FuzzInput input) {
    String hint =
        switch (input.choice(4)) {
          case 0 -> FuzzedPicker.ADDRESSES.get(1);
          case 1 -> "10.0.0.3, 10.0.0.9:1";
          case 2 -> "";
          default ->
              new String(input.take(input.count()), java.nio.charset.StandardCharsets.ISO_8859_1);
        };
    return withSubset(message, text(hint));
  }

  private static ProcessingRequest answers(FuzzInput input) {
    boolean ended = ends(input);
    ProcessingRequest headers =
        switch (input.choice(6)) {
          case 0 -> responseHeaders(ended, ":status", "200", "content-type", "text/event-stream");
          case 1 -> responseHeaders(ended, ":status", "200", "content-type", "application/json");
          case 2 -> responseHeaders(ended, ":status", "503");
          case 3 -> responseHeaders(ended, ":status", "404", "content-length", "9");
          case 4 -> responseHeaders(ended, "content-type", "text/html");
          default -> responseHeaders(ended, ":status", "2x0");
        };
    String served = "x-gateway-destination-endpoint-served";
    return switch (input.choice(3)) {
      case 0 -> headers;
      case 1 ->
          withMetadata(
              headers, "envoy.lb", served, text(FuzzedPicker.ADDRESSES.get(input.choice(3))));
      default -> withMetadata(headers, "envoy.lb", served, text("nobody"));
    };
  }

  /** What the event loop has to do. */
  private void turn() {
    while (!loop.isEmpty()) {
      loop.remove().run();
    }
    pump();
  }

  private void pump() {
    for (FuzzedStream stream : streams) {
      if (stream != null) {
        stream.call.pump();
      }
    }
  }

  /** Lets everything happen that waits, then ends what is left. */
  private void end() {
    for (FuzzedStream stream : streams) {
      if (stream != null) {
        stream.call.ready(Integer.MAX_VALUE);
      }
    }
    settle();
    assertGettingOn();
    for (FuzzedStream stream : streams) {
      if (stream != null) {
        stream.call.end();
        settle();
      }
    }
    for (FuzzedStream stream : streams) {
      if (stream != null) {
        stream.assertOver();
      }
    }
    if (open.count() != 0 || open.bodies().held() != 0 || open.bodies().waiting() != 0) {
      throw new AssertionError(
          open.count()
              + " streams, "
              + open.bodies().held()
              + " bytes held, waiting: "
              + open.bodies().waiting());
    }
    PICKER.assertNothingLeft();
  }

  private void settle() {
    do {
      PICKER.releaseAll();
      turn();
    } while (!loop.isEmpty() || PICKER.holds());
  }

  /** Of streams that are not read from, at least one must be: the others may wait for it. */
  private void assertGettingOn() {
    boolean stuck = false;
    boolean read = false;
    for (FuzzedStream stream : streams) {
      if (stream != null) {
        stream.assertAnswered();
        stuck |= !stream.call.over() && !stream.call.asked();
        read |= stream.call.asked();
      }
    }
    if (stuck && !read) {
      throw new AssertionError(
          "all streams wait: " + Arrays.toString(streams) + ", for " + open.bodies().waiting());
    }
  }
}

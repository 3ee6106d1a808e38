package io.igw.extproc.testing;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.list;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.text;
import static io.igw.extproc.testing.Messages.trailers;
import static io.igw.extproc.testing.Messages.withSubset;

import com.google.protobuf.ByteString;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProtocolConfiguration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One random stream: what a data plane sends and what happens around it. Most are such as Envoy
 * sends them; in the others messages are lost, doubled, swapped or out of place.
 */
public final class StreamScript {
  /** A step; {@code message} is null but for messages, {@code room} counts for windows only. */
  public record Step(Kind kind, @Nullable ProcessingRequest message, int room) {
    @Override
    public String toString() {
      return switch (kind) {
        case MESSAGE -> shown(message);
        case WINDOW -> "room for " + room;
        default -> kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
      };
    }
  }

  /** What a step is. */
  public enum Kind {
    MESSAGE,
    DECISION,
    WINDOW,
    HALF_CLOSE,
    CANCEL
  }

  public static final List<String> POOL =
      List.of("127.9.0.1:8000", "127.9.0.1:8001", "127.9.0.2:8000", "[2001:db8::1]:8000");
  public static final int MAX_BODY = 200_000;
  public static final int MAX_HEADERS = 2_000;

  private static final String[] FAULTS = {
    "requestHeaders",
    "requestBody",
    "endRequest",
    "upstreamHeaders",
    "responseHeaders",
    "responseBody",
    "endResponse"
  };
  private static final ProcessingRequest GET = get();
  private static final ProcessingRequest POST = post();
  private static final ByteString SHORT = chat(5);
  private static final ByteString LONG = chat(130_000);
  private static final ByteString NOISE = noise();

  /** A hint and those of the pool that it allows. */
  private record Hint(Value value, List<String> allowed) {}

  private static final List<Hint> HINTS =
      List.of(
          new Hint(list("127.9.0.1:8001"), List.of("127.9.0.1:8001")),
          new Hint(list("127.9.0.1", "10.0.0.1"), List.of("127.9.0.1:8000", "127.9.0.1:8001")),
          new Hint(
              text("127.9.0.2:8000, [2001:db8::1]"),
              List.of("127.9.0.2:8000", "[2001:db8::1]:8000")),
          new Hint(list("[2001:db8:0::1]:8000"), List.of("[2001:db8::1]:8000")),
          new Hint(list("127.9.0.1:8002"), List.of()),
          new Hint(list(new String[0]), List.of()));

  public final List<Step> steps = new ArrayList<>();
  public final Map<ProcessingRequest, List<String>> hints = new IdentityHashMap<>();
  public final ByteString goodBody;
  public final boolean negotiates;
  public final boolean readsResponses;
  public final String reports;
  public final String fault;
  public final int refusal;
  public final int denial;
  public final boolean waits;
  public final int room;

  private final SplittableRandom random;
  private final List<ProcessingRequest> messages = new ArrayList<>();
  private final BodySendMode requestMode;
  private final BodySendMode responseMode;

  public StreamScript(long seed) {
    random = new SplittableRandom(seed);
    goodBody = one(25) ? LONG : SHORT;
    negotiates = one(4);
    readsResponses = random.nextBoolean();
    reports = List.of("as announced", "as announced", "always", "never").get(random.nextInt(4));
    fault = one(8) ? FAULTS[random.nextInt(FAULTS.length)] : "nowhere";
    refusal = one(25) ? one(2) ? 429 : 431 : 0;
    denial = one(20) ? 401 + 2 * random.nextInt(2) : 0;
    waits = one(3);
    room = one(3) ? random.nextInt(6) : Integer.MAX_VALUE;
    requestMode = negotiates && one(2) ? BodySendMode.NONE : mode();
    responseMode = negotiates && one(2) ? BodySendMode.NONE : mode();
    converse();
    if (one(3)) {
      disturb();
    }
    schedule();
  }

  private boolean one(int of) {
    return random.nextInt(of) == 0;
  }

  private BodySendMode mode() {
    return one(3)
        ? BodySendMode.FULL_DUPLEX_STREAMED
        : BodySendMode.forNumber(random.nextInt(BodySendMode.values().length - 1));
  }

  /** What Envoy sends. */
  private void converse() {
    boolean bodiless = one(6);
    messages.add(hinted(first(bodiless), 4));
    List<ProcessingRequest> request = bodiless ? List.of() : requestBody();
    List<ProcessingRequest> response = one(6) ? List.of() : response();
    // An early response comes while the request is under way.
    int early = one(8) ? random.nextInt(request.size() + 1) : request.size();
    messages.addAll(request.subList(0, early));
    int sent = 0;
    for (ProcessingRequest late : request.subList(early, request.size())) {
      for (; sent < response.size() && one(2); sent++) {
        messages.add(response.get(sent));
      }
      messages.add(late);
    }
    messages.addAll(response.subList(sent, response.size()));
  }

  private ProcessingRequest first(boolean bodiless) {
    ProcessingRequest.Builder first = (bodiless ? GET : POST).toBuilder();
    if (waits) {
      add(first, "x-wait", "yes");
    }
    if (denial > 0) {
      add(first, "x-deny", Integer.toString(denial));
    }
    if (refusal == 431) {
      add(first, "x-long", "v".repeat(MAX_HEADERS));
    }
    if (!one(6)) {
      first.setProtocolConfig(
          ProtocolConfiguration.newBuilder()
              .setRequestBodyMode(requestMode)
              .setResponseBodyMode(responseMode));
    }
    return first.setObservabilityMode(one(60)).build();
  }

  private static void add(ProcessingRequest.Builder first, String name, String value) {
    first
        .getRequestHeadersBuilder()
        .getHeadersBuilder()
        .mergeFrom(Messages.map(name, value).build());
  }

  private ProcessingRequest hinted(ProcessingRequest message, int of) {
    if (!one(of)) {
      return message;
    }
    Hint hint = HINTS.get(random.nextInt(HINTS.size()));
    ProcessingRequest hinted = withSubset(message, hint.value());
    hints.put(hinted, hint.allowed());
    return hinted;
  }

  private List<ProcessingRequest> requestBody() {
    List<ProcessingRequest> pieces = new ArrayList<>();
    ByteString whole = goodBody;
    if (one(10)) {
      whole = one(3) ? NOISE : goodBody.substring(0, random.nextInt(goodBody.size()));
    }
    boolean cut = requestMode != BodySendMode.BUFFERED && !one(3);
    if (requestMode == BodySendMode.NONE && !negotiates && !one(10)) {
      whole = ByteString.EMPTY;
    }
    int from = 0;
    while (cut && from < whole.size() && one(2)) {
      int to = from + random.nextInt(whole.size() - from);
      pieces.add(hinted(body(whole.substring(from, to), false), 16));
      from = to;
    }
    boolean trails = one(6);
    boolean empty = one(4) && cut;
    if (from < whole.size() || !empty) {
      pieces.add(hinted(body(whole.substring(from), !trails && !empty), 8));
    }
    if (trails || empty) {
      pieces.add(trails ? trailers() : hinted(body(ByteString.EMPTY, true), 8));
    }
    return pieces;
  }

  private List<ProcessingRequest> response() {
    List<ProcessingRequest> all = new ArrayList<>();
    boolean bodiless = one(8);
    all.add(responseHeaders(bodiless, ":status", one(8) ? "500" : one(8) ? "404" : "200"));
    if (bodiless) {
      return all;
    }
    boolean trails = one(5);
    int chunks = responseMode == BodySendMode.NONE ? 0 : random.nextInt(4);
    for (int i = 0; i < chunks; i++) {
      all.add(responseBody(chunk(), i == chunks - 1 && !trails));
    }
    if (trails) {
      all.add(responseTrailers());
    }
    return all;
  }

  private ByteString chunk() {
    int size = one(4) ? 0 : one(40) ? random.nextInt(130_000) : random.nextInt(200);
    return NOISE.substring(0, size);
  }

  private void disturb() {
    for (int i = random.nextInt(3); i >= 0 && !messages.isEmpty(); i--) {
      int at = random.nextInt(messages.size());
      // A body that lacks a piece or has one twice may still be in order, so bodies stay whole.
      boolean whole = messages.get(at).getRequestBody().getBody().isEmpty();
      switch (random.nextInt(whole ? 6 : 3)) {
        case 0 -> messages.add(at, any());
        case 1 -> messages.add(at, body(ByteString.EMPTY, one(2)));
        case 2 -> messages.add(any());
        case 3 -> messages.remove(at);
        case 4 -> messages.add(random.nextInt(messages.size()), messages.get(at));
        default -> messages.add(messages.remove(at));
      }
    }
    // Two faults at once have no one right answer.
    boolean begins = !messages.isEmpty() && messages.get(0).hasRequestHeaders();
    if (refusal > 0 && !begins) {
      messages.clear();
    }
  }

  private ProcessingRequest any() {
    boolean end = one(3);
    return switch (random.nextInt(9)) {
      case 0 -> first(end);
      case 1 -> trailers();
      case 2 -> ProcessingRequest.getDefaultInstance();
      case 3 -> responseTrailers();
      case 4 -> responseHeaders(end);
      case 5, 6 -> responseBody(chunk(), end);
      default -> hinted(body(one(9) ? NOISE : chunk(), end), 8);
    };
  }

  private void schedule() {
    messages.forEach(message -> steps.add(new Step(Kind.MESSAGE, message, 0)));
    if (waits && !one(5)) {
      insert(new Step(Kind.DECISION, null, 0));
    }
    for (int i = room == Integer.MAX_VALUE ? 0 : 1 + random.nextInt(3); i > 0; i--) {
      insert(new Step(Kind.WINDOW, null, random.nextInt(6)));
    }
    if (one(3)) {
      int at = one(2) ? steps.size() : random.nextInt(steps.size() + 1);
      steps.subList(at, steps.size()).removeIf(step -> step.kind() == Kind.MESSAGE);
      steps.add(at, new Step(Kind.HALF_CLOSE, null, 0));
    }
    if (one(6)) {
      insert(new Step(Kind.CANCEL, null, 0));
    }
  }

  private void insert(Step step) {
    steps.add(random.nextInt(steps.size() + 1), step);
  }

  @Override
  public String toString() {
    return "pool "
        + POOL
        + (negotiates ? ", negotiates" : "")
        + (readsResponses ? ", reads responses" : "")
        + ", responses told: "
        + reports
        + ", fault: "
        + fault
        + ", refusal "
        + refusal
        + ", denial "
        + denial
        + (waits ? ", the decision waits" : "")
        + ", room for "
        + room;
  }

  private static String shown(@Nullable ProcessingRequest message) {
    if (message == null) {
      return "";
    }
    StringBuilder shown = new StringBuilder(message.getRequestCase().name());
    HttpHeaders headers =
        message.hasRequestHeaders() ? message.getRequestHeaders() : message.getResponseHeaders();
    HttpBody body = message.hasRequestBody() ? message.getRequestBody() : message.getResponseBody();
    if (message.hasRequestBody() || message.hasResponseBody()) {
      shown.append(' ').append(body.getBody().size());
    }
    if (headers.getEndOfStream() || body.getEndOfStream()) {
      shown.append(", end");
    }
    if (message.hasResponseHeaders()) {
      shown.append(' ').append(headers.getHeaders().getHeaders(0).getRawValue().toStringUtf8());
    }
    if (message.hasProtocolConfig()) {
      ProtocolConfiguration modes = message.getProtocolConfig();
      shown.append(", ").append(modes.getRequestBodyMode());
      shown.append(", ").append(modes.getResponseBodyMode());
    }
    if (message.hasMetadataContext()) {
      String hint = message.getMetadataContext().toString().replaceAll("\\s+", " ");
      shown.append(", ").append(hint);
    }
    return shown.append(message.getObservabilityMode() ? ", observability" : "").toString();
  }

  private static ByteString chat(int length) {
    return ByteString.copyFromUtf8(
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\""
            + "x".repeat(length)
            + "\"}]}");
  }

  private static ByteString noise() {
    byte[] bytes = new byte[MAX_BODY + 10_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + i / 251);
    }
    return ByteString.copyFrom(bytes);
  }
}

package io.igw.extproc.server;

import io.envoyproxy.envoy.service.ext_proc.v3.BodyResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.StreamedBodyResponse;
import io.grpc.Status;
import io.igw.extproc.picker.GatewayProfile;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.testing.Messages;
import io.igw.extproc.testing.StreamModel;
import io.igw.extproc.testing.StreamScript;
import io.igw.extproc.testing.StreamScript.Step;
import io.igw.runtime.Exchange;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Runs scripts of streams against the server and the model, side by side. */
final class StreamRig implements AutoCloseable {
  private static final String DESTINATION = "x-gateway-destination-endpoint";

  private final RandomPicker deaf = new RandomPicker(false);
  private final RandomPicker reading = new RandomPicker(true);

  /** The event loop of all streams. */
  private final ArrayDeque<Runnable> loop = new ArrayDeque<>();

  private final Exchange exchange =
      (Exchange)
          Proxy.newProxyInstance(
              StreamRig.class.getClassLoader(),
              new Class<?>[] {Exchange.class},
              (proxy, method, args) -> call(method, args));

  // Of the stream that runs.
  private @Nullable Exchange real;
  private StreamScript script = new StreamScript(0);
  private RandomPicker picker = deaf;
  private StreamModel model = new StreamModel();
  private TestCall call = new TestCall();
  private final ArrayDeque<ProcessingRequest> undelivered = new ArrayDeque<>();
  private GatewayProfile gateway = GatewayProfile.GENERIC;
  private int upstream;
  private int checked;
  private int opened;
  private int ended;

  void run(long seed) {
    script = new StreamScript(seed);
    int at = 0;
    try {
      OpenStreams open = begin();
      for (; at < script.steps.size(); at++) {
        step(script.steps.get(at));
      }
      finishStream();
      check();
      require(open.count() == 0, "open streams: none");
      require(open.bodies().held() == 0, "held bytes: none");
      require(open.bodies().waiting() == 0, "waiting bodies: none");
      require(ended == opened, "ends of exchanges: one");
      picker.checkStreamOver(model.lease);
    } catch (RuntimeException | AssertionError e) {
      StringBuilder all = new StringBuilder("seed " + seed + ": " + script);
      for (int i = 0; i < script.steps.size(); i++) {
        all.append(i == at ? "\n> " : "\n  ").append(script.steps.get(i));
      }
      throw new AssertionError(all + "\n" + e.getMessage(), e);
    }
  }

  private OpenStreams begin() {
    picker = script.readsResponses ? reading : deaf;
    gateway =
        Objects.requireNonNull(
            GatewayProfile.named(
                switch (script.reports) {
                  case "always" -> "istio";
                  case "never" -> "ngf";
                  default -> "generic";
                }));
    upstream = 0;
    checked = 0;
    opened = 0;
    ended = 0;
    model = new StreamModel();
    model.allowed = StreamScript.POOL;
    model.hints = script.hints;
    model.goodBody = script.goodBody;
    model.maxBody = StreamScript.MAX_BODY;
    model.refusal = script.refusal;
    model.denial = script.denial;
    model.waits = script.waits;
    model.negotiates = script.negotiates;
    model.readsResponses = script.readsResponses;
    model.reports = script.reports;
    model.fault = script.fault;
    model.window = script.room;
    call = new TestCall();
    undelivered.clear();
    call.ready(script.room);
    int streams = script.refusal == 429 ? 0 : 10;
    // Little room for bodies: those that do not fit wait for nobody, and go on.
    Limits limits =
        new Limits(streams, StreamScript.MAX_HEADERS, 1_000, script.waits ? 500 : 1 << 20);
    OpenStreams open = new OpenStreams(limits, 4 << 20);
    PickerHandler handler =
        new PickerHandler(this::exchange, false, false, gateway, script.negotiates);
    ProcessCall stream =
        new ProcessCall(call, handler, loop::add, ErrorFormat.OPENAI, StreamEvents.NONE, open);
    call.start(stream);
    stream.begin();
    return open;
  }

  private Exchange exchange(Executor loop) {
    opened++;
    real = picker.runtime.open(loop);
    return exchange;
  }

  /** An exchange fails where the script says, and its ends are counted. */
  private @Nullable Object call(Method method, Object @Nullable [] args) throws Throwable {
    String name = method.getName();
    if (name.equals(script.fault)) {
      throw new IllegalStateException("planted");
    }
    if (name.equals("close") || name.equals("detach") || name.equals("broken")) {
      ended++;
    }
    try {
      return method.invoke(real, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void step(Step step) {
    switch (step.kind()) {
      case MESSAGE -> {
        ProcessingRequest message = Objects.requireNonNull(step.message());
        undelivered.add(message);
        call.send(message.toByteString());
      }
      case HALF_CLOSE -> call.halfClose();
      case WINDOW -> room(step.room());
      case DECISION -> decision();
      case CANCEL -> cancel();
    }
    deliver();
  }

  private void room(int room) {
    model.window = room;
    call.ready(room);
    model.settle();
  }

  private void decision() {
    if (picker.decide()) {
      model.waits = false;
      drain();
      model.settle();
    }
  }

  private void cancel() {
    if (!call.over()) {
      call.end();
      model.finish("cancelled");
    }
  }

  private void drain() {
    for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
      task.run();
    }
  }

  /** Hands over what is asked for. */
  private void deliver() {
    drain();
    check();
    while (call.deliver() != null) {
      // The model tells messages of the script apart, equal or not.
      model.message(undelivered.remove());
      drain();
      check();
    }
    if (call.deliverHalfClose()) {
      model.halfClosed = true;
      model.settle();
      drain();
      check();
    }
  }

  private void finishStream() {
    room(Integer.MAX_VALUE);
    deliver();
    decision();
    deliver();
    require(call.over() || call.unread() == 0, "messages that are not read: none");
    if (!call.isCancelled()) {
      call.end();
      model.finish("cancelled");
    }
    drain();
  }

  private void check() {
    for (; checked < call.sent.size(); checked++) {
      ProcessingResponse reply = call.sent.get(checked);
      String word = word(reply);
      if (checked >= model.answers.size() || !model.answers.get(checked).equals(word)) {
        throw differs("not " + word);
      }
      checkPick(reply, word);
    }
    String end = call.isCancelled() ? "cancelled" : "";
    if (call.closed != null) {
      end = call.closed.getCode() == Status.Code.OK ? "ok" : "error";
    }
    boolean open = model.lease.equals("open") || model.lease.equals("left");
    if (model.answers.size() > checked
        || !end.equals(model.end)
        || picker.openLeases() != (open ? 1 : 0)) {
      throw differs("nothing more");
    }
  }

  private AssertionError differs(String what) {
    return new AssertionError(
        "answer "
            + checked
            + ": "
            + what
            + "; closed: "
            + call.closed
            + "; open leases: "
            + picker.openLeases()
            + "\nthe model: "
            + model.answers
            + "; end: "
            + model.end
            + "; lease: "
            + model.lease);
  }

  private void checkPick(ProcessingResponse reply, String word) {
    String pick = Messages.metadataPick(reply);
    boolean announces = word.endsWith("*");
    CommonResponse common = common(reply);
    require(common.getClearRouteCache() == announces, "the route is cleared with a pick");
    if (announces) {
      HeaderMutation headers = common.getHeaderMutation();
      require(pick.equals(Messages.set(headers, DESTINATION)), "header and metadata: the same");
      require(headers.getSetHeadersCount() <= 5, "headers that are set: at most five");
    }
    if (!pick.isEmpty()) {
      List<String> named = Arrays.asList(pick.split(",", -1));
      int most = Math.min(gateway.leastDestinations(), model.allowed.size());
      require(model.allowed.containsAll(named), "destinations: of the subset");
      require(named.size() == most && Set.copyOf(named).size() == most, "destinations: " + most);
    }
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw differs("expected " + what + ", not");
    }
  }

  private static CommonResponse common(ProcessingResponse reply) {
    return reply.hasRequestBody()
        ? reply.getRequestBody().getResponse()
        : reply.getRequestHeaders().getResponse();
  }

  /** A reply in the words of the model. */
  private String word(ProcessingResponse reply) {
    boolean picks = Messages.set(common(reply).getHeaderMutation(), DESTINATION) != null;
    return switch (reply.getResponseCase()) {
      case REQUEST_HEADERS -> picks ? "H*" : "H";
      case REQUEST_BODY -> picks ? "B*" : body("B", reply.getRequestBody());
      case REQUEST_TRAILERS -> "T";
      case RESPONSE_HEADERS -> "R";
      case RESPONSE_BODY -> body("C", reply.getResponseBody());
      case RESPONSE_TRAILERS -> "t";
      case IMMEDIATE_RESPONSE -> "I" + reply.getImmediateResponse().getStatus().getCodeValue();
      default -> reply.hasModeOverride() ? "M" : "?";
    };
  }

  private String body(String word, BodyResponse reply) {
    if (!reply.getResponse().hasBodyMutation()) {
      return word;
    }
    StreamedBodyResponse piece = reply.getResponse().getBodyMutation().getStreamedResponse();
    if (word.equals("B")) {
      int from = upstream;
      upstream += piece.getBody().size();
      require(
          upstream <= model.body.size()
              && piece.getBody().equals(model.body.substring(from, upstream)),
          "body upstream: that of the client");
    }
    return word + ":" + piece.getBody().size() + (piece.getEndOfStream() ? "!" : "");
  }

  /** After the last stream: whoever was left runs out, and nobody holds anything. */
  void finish() {
    deaf.checkNothingHeld();
    reading.checkNothingHeld();
  }

  @Override
  public void close() {
    deaf.close();
    reading.close();
  }
}

package io.igw.extproc.server;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse.ResponseCase;
import io.igw.api.Decision;
import io.igw.extproc.picker.GatewayProfile;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.testing.Messages;
import io.igw.runtime.Exchange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One stream of a fuzz input: what was sent on it, and what has to be true of its replies. */
final class FuzzedStream implements StreamEvents {
  /** Stands in the prompts that are sent; no error may repeat it. */
  static final String SECRET = "whisper-0451";

  private static final String DESTINATION = "x-gateway-destination-endpoint";

  private static final List<ResponseCase> REQUEST_ORDER =
      List.of(
          ResponseCase.REQUEST_HEADERS, ResponseCase.REQUEST_BODY, ResponseCase.REQUEST_TRAILERS);
  private static final List<ResponseCase> RESPONSE_ORDER =
      List.of(
          ResponseCase.RESPONSE_HEADERS,
          ResponseCase.RESPONSE_BODY,
          ResponseCase.RESPONSE_TRAILERS);

  final TestCall call = new TestCall();
  private final List<RuntimeException> faults = new ArrayList<>();
  private @Nullable Exchange exchange;
  private boolean rewritten;
  private int closed;

  FuzzedStream(
      FuzzedPicker picker,
      GatewayProfile gateway,
      boolean negotiates,
      Executor loop,
      OpenStreams open) {
    PickerHandler handler =
        new PickerHandler(own -> opened(picker.open(own)), false, false, gateway, negotiates);
    ProcessCall process = new ProcessCall(call, handler, loop, ErrorFormat.OPENAI, this, open);
    call.start(process);
    process.begin();
  }

  private Exchange opened(Exchange exchange) {
    if (this.exchange != null) {
      throw new AssertionError("two exchanges for one stream");
    }
    this.exchange = exchange;
    return exchange;
  }

  /** The client has asked for another model: bodies change. */
  void rewritten() {
    rewritten = true;
  }

  @Override
  public void ignoredAfterEnd() {}

  @Override
  public void fault(RuntimeException cause) {
    faults.add(cause);
  }

  @Override
  public void closed(String code, long nanos) {
    closed++;
  }

  /** All that the stream waits for has happened; then it has ended, if the data plane wanted it. */
  void assertAnswered() {
    if (call.halfClosed() && !call.over()) {
      throw new AssertionError("half-closed, answered, and still open");
    }
  }

  /** The stream is over, whoever ended it. */
  void assertOver() {
    if (closed != 1) {
      throw new AssertionError("ended " + closed + " times");
    }
    for (RuntimeException fault : faults) {
      throw new AssertionError("a fault was swallowed", fault);
    }
    assertOrder();
    assertLease();
    call.sent.forEach(FuzzedStream::assertPick);
    if (!rewritten) {
      assertUnchanged(false);
      assertUnchanged(true);
    }
  }

  private void assertOrder() {
    int request = -1;
    int response = -1;
    int last = call.sent.size() - 1;
    for (int i = 0; i <= last; i++) {
      ProcessingResponse reply = call.sent.get(i);
      ResponseCase kind = reply.getResponseCase();
      if (kind == ResponseCase.IMMEDIATE_RESPONSE) {
        if (i < last || response >= 0 || call.closed == null) {
          throw new AssertionError("an error at place " + i + " of " + kinds());
        }
        if (reply.getImmediateResponse().getBody().toStringUtf8().contains(SECRET)) {
          throw new AssertionError("the error repeats the prompt: " + reply);
        }
      } else if (REQUEST_ORDER.contains(kind)) {
        if (REQUEST_ORDER.indexOf(kind) < request) {
          throw new AssertionError("out of order: " + kinds());
        }
        request = REQUEST_ORDER.indexOf(kind);
      } else if (RESPONSE_ORDER.contains(kind)) {
        if (RESPONSE_ORDER.indexOf(kind) < response) {
          throw new AssertionError("out of order: " + kinds());
        }
        response = RESPONSE_ORDER.indexOf(kind);
      } else if (i > 0 || !reply.hasModeOverride()) {
        throw new AssertionError("says nothing: " + kinds());
      }
    }
  }

  private List<ResponseCase> kinds() {
    return call.sent.stream().map(ProcessingResponse::getResponseCase).toList();
  }

  /** Only a data plane that half-closes without a response leaves its lease to the time. */
  private void assertLease() {
    Decision decision = exchange == null ? null : exchange.decision();
    if (decision == null || !decision.abandon()) {
      return;
    }
    boolean answered = call.sent.stream().anyMatch(ProcessingResponse::hasResponseHeaders);
    if (!call.halfClosed() || answered) {
      throw new AssertionError("a lease is left open: " + kinds());
    }
  }

  /** Header and metadata name the same endpoints, and only such as there are. */
  private static void assertPick(ProcessingResponse reply) {
    CommonResponse common =
        reply.hasRequestHeaders()
            ? reply.getRequestHeaders().getResponse()
            : reply.getRequestBody().getResponse();
    for (HeaderValueOption option : common.getHeaderMutation().getSetHeadersList()) {
      if (option.getHeader().getKey().equals(DESTINATION)) {
        String pick = option.getHeader().getRawValue().toStringUtf8();
        if (!pick.equals(Messages.metadataPick(reply))
            || !FuzzedPicker.ADDRESSES.containsAll(Arrays.asList(pick.split(",")))) {
          throw new AssertionError("picked " + pick + " in " + reply);
        }
      }
    }
  }

  /** What goes back streamed is what came, as far as it has gone. */
  private void assertUnchanged(boolean ofResponse) {
    ByteString came = ByteString.EMPTY;
    for (ProcessingRequest message : call.delivered) {
      came =
          came.concat(
              (ofResponse ? message.getResponseBody() : message.getRequestBody()).getBody());
    }
    ByteString returned = ByteString.EMPTY;
    for (ProcessingResponse reply : call.sent) {
      CommonResponse common =
          (ofResponse ? reply.getResponseBody() : reply.getRequestBody()).getResponse();
      returned = returned.concat(common.getBodyMutation().getStreamedResponse().getBody());
    }
    if (!came.startsWith(returned)) {
      throw new AssertionError("other bytes go on than came; response: " + ofResponse);
    }
  }

  @Override
  public String toString() {
    return call
        + ": "
        + call.delivered.stream().map(ProcessingRequest::getRequestCase).toList()
        + " answered with "
        + kinds();
  }
}

package io.igw.extproc.client;

import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One exchange with an ext-proc server. It sends what the data plane would send next when the
 * answer it waits for is there, and ends with a cancellation, as Envoy does. Confined to the call's
 * transport thread but for paced chunks, which the pacer sends.
 */
final class Exchange extends ClientCall.Listener<ProcessingResponse> {
  private final Scenario scenario;
  private final boolean expectDestination;
  private final Set<Exchange> underWay;
  private final ExchangeClient.End end;
  private final @Nullable ScheduledExecutorService pacer;
  private final ClientCall<ProcessingRequest, ProcessingResponse> call;
  private final long startNanos = System.nanoTime();
  private int chunksSent;
  private int chunksAnswered;
  private boolean endSent;
  private boolean done;

  Exchange(
      Channel channel,
      Scenario scenario,
      boolean expectDestination,
      @Nullable ScheduledExecutorService pacer,
      Set<Exchange> underWay,
      ExchangeClient.End end) {
    this.scenario = scenario;
    this.expectDestination = expectDestination;
    this.end = end;
    this.pacer = pacer;
    this.underWay = underWay;
    this.call = channel.newCall(ExternalProcessorGrpc.getProcessMethod(), CallOptions.DEFAULT);
  }

  void start(int variant) {
    underWay.add(this);
    call.start(this, new Metadata());
    call.request(1_000_000);
    for (ProcessingRequest message : scenario.requests()[variant % scenario.requests().length]) {
      call.sendMessage(message);
    }
  }

  @Override
  public void onMessage(ProcessingResponse answer) {
    if (done) {
      return;
    }
    switch (answer.getResponseCase()) {
      case REQUEST_HEADERS -> {
        if (expectDestination
            && answer.getRequestHeaders().getResponse().getHeaderMutation().getSetHeadersCount()
                == 0) {
          finish("no destination");
        }
      }
      case REQUEST_BODY -> {
        if (answer
            .getRequestBody()
            .getResponse()
            .getBodyMutation()
            .getStreamedResponse()
            .getEndOfStream()) {
          call.sendMessage(scenario.responseHeaders());
        }
      }
      case RESPONSE_HEADERS -> nextChunk();
      case RESPONSE_BODY -> {
        if (answer
            .getResponseBody()
            .getResponse()
            .getBodyMutation()
            .getStreamedResponse()
            .getEndOfStream()) {
          finish(null);
        } else if (++chunksAnswered == chunksSent && scenario.chunkGapNanos() == 0) {
          nextChunk();
        }
      }
      default -> finish("unexpected " + answer.getResponseCase());
    }
  }

  private void nextChunk() {
    if (done) {
      return;
    }
    if (chunksSent < scenario.chunks()) {
      chunksSent++;
      call.sendMessage(scenario.chunk());
      if (scenario.chunkGapNanos() > 0 && pacer != null) {
        pacer.schedule(this::nextChunk, scenario.chunkGapNanos(), TimeUnit.NANOSECONDS);
      }
    } else if (!endSent) {
      endSent = true;
      call.sendMessage(Scenario.RESPONSE_END);
    }
  }

  /** Fails if it has been under way for so long. */
  void expire(int seconds) {
    if (System.nanoTime() - startNanos >= TimeUnit.SECONDS.toNanos(seconds)) {
      finish("no answer within " + seconds + " s");
    }
  }

  private void finish(@Nullable String fault) {
    if (!done) {
      done = true;
      call.cancel("exchange complete", null);
      ended(fault);
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (!done) {
      done = true;
      ended(status.toString());
    }
  }

  private void ended(@Nullable String fault) {
    underWay.remove(this);
    end.ended(fault);
  }
}

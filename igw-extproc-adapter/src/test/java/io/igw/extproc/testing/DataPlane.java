package io.igw.extproc.testing;

import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One ext-proc stream over a real gRPC channel, as a data plane opens it. */
public final class DataPlane extends ClientCall.Listener<ProcessingResponse> {
  private static final int WAIT_SECONDS = 60;

  private final ClientCall<ProcessingRequest, ProcessingResponse> call;
  private final LinkedBlockingQueue<ProcessingResponse> replies = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> status = new CompletableFuture<>();

  public DataPlane(ManagedChannel channel) {
    call = channel.newCall(ExternalProcessorGrpc.getProcessMethod(), CallOptions.DEFAULT);
    call.start(this, new Metadata());
    call.request(Integer.MAX_VALUE);
  }

  @Override
  public void onMessage(ProcessingResponse message) {
    replies.add(message);
  }

  @Override
  public void onClose(Status closed, Metadata trailers) {
    status.complete(closed);
  }

  public DataPlane send(ProcessingRequest... messages) {
    for (ProcessingRequest message : messages) {
      call.sendMessage(message);
    }
    return this;
  }

  public DataPlane halfClose() {
    call.halfClose();
    return this;
  }

  public void cancel() {
    call.cancel("as Envoy ends a stream", null);
  }

  /** The next reply; fails after a minute. */
  public ProcessingResponse next() throws InterruptedException {
    ProcessingResponse reply = replies.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    if (reply == null) {
      throw new AssertionError("no reply within " + WAIT_SECONDS + " s; stream: " + status);
    }
    return reply;
  }

  public List<ProcessingResponse> next(int count) throws InterruptedException {
    List<ProcessingResponse> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(next());
    }
    return all;
  }

  /** Replies that have come and were not read. */
  public int unread() {
    return replies.size();
  }

  /** The stream's end; fails after a minute. */
  public Status status() throws Exception {
    return status.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }
}

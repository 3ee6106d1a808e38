package io.igw.extproc.testing;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.StreamedBodyResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A data plane that sends one request as fast as flow control lets it, and no faster: what is not
 * taken is not sent. On the event loop of the channel, which has to have a direct executor.
 */
public final class BodySender extends ClientCall.Listener<ProcessingResponse> {
  private final ClientCall<ProcessingRequest, ProcessingResponse> call;
  private final List<ProcessingRequest> messages;
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private int next;
  private String pick = "none";
  private long bytes;
  private boolean whole;

  /** Sends these messages, which others may send too. */
  public BodySender(Channel channel, List<ProcessingRequest> messages) {
    this.messages = messages;
    call = channel.newCall(ExternalProcessorGrpc.getProcessMethod(), CallOptions.DEFAULT);
    call.start(this, new Metadata());
    call.request(Integer.MAX_VALUE);
  }

  /** What came back: status, pick, bytes and whether they ended; once the stream is over. */
  public CompletableFuture<String> end() {
    return end;
  }

  @Override
  public void onReady() {
    while (next < messages.size() && call.isReady()) {
      call.sendMessage(messages.get(next++));
      if (next == messages.size()) {
        call.halfClose();
      }
    }
  }

  @Override
  public void onMessage(ProcessingResponse message) {
    if (message.hasRequestHeaders()) {
      pick = Messages.metadataPick(message);
    } else if (message.hasRequestBody()) {
      StreamedBodyResponse piece =
          message.getRequestBody().getResponse().getBodyMutation().getStreamedResponse();
      ByteString body = piece.getBody();
      bytes += body.size();
      whole = piece.getEndOfStream();
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end.complete(
        status.getCode() + " " + pick.replaceAll(":.*", "") + " " + bytes + (whole ? "" : " cut"));
  }
}

package io.igw.extproc.testing;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.StreamedBodyResponse;
import io.igw.extproc.stream.Answers;
import io.igw.extproc.stream.BodyPiece;
import io.igw.extproc.stream.Replies;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replies as a list; readiness is a budget of sends. */
public final class Recorder implements Replies {
  public final List<ProcessingResponse> sent = new ArrayList<>();
  public int budget = Integer.MAX_VALUE;
  public boolean completed;
  public @Nullable String failure;

  @Override
  public boolean ready() {
    return budget > 0;
  }

  @Override
  public void send(ProcessingResponse reply) {
    if (completed || failure != null) {
      throw new IllegalStateException("reply after the end");
    }
    budget--;
    sent.add(reply);
  }

  @Override
  public void send(BodyPiece piece) {
    send(Answers.piece(piece));
  }

  @Override
  public void complete() {
    completed = true;
  }

  @Override
  public void fail(String description) {
    failure = description;
  }

  /** The kinds of the replies, as one word each. */
  public List<String> kinds() {
    return kinds(sent);
  }

  /** The kinds of replies, as one word each. */
  public static List<String> kinds(List<ProcessingResponse> replies) {
    return replies.stream()
        .map(r -> r.getResponseCase().name().toLowerCase(java.util.Locale.ROOT))
        .toList();
  }

  /** The streamed pieces of the request body. */
  public static List<StreamedBodyResponse> pieces(List<ProcessingResponse> replies) {
    return replies.stream()
        .filter(ProcessingResponse::hasRequestBody)
        .map(r -> r.getRequestBody().getResponse().getBodyMutation().getStreamedResponse())
        .toList();
  }

  /** The request body that goes upstream. */
  public static ByteString joined(List<ProcessingResponse> replies) {
    ByteString all = ByteString.EMPTY;
    for (StreamedBodyResponse piece : pieces(replies)) {
      all = all.concat(piece.getBody());
    }
    return all;
  }
}

package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.igw.api.Rejection;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A handler of one stream that answers as a test says and writes down what it hears. */
final class ScriptedSession implements StreamHandler, StreamSession {
  final List<String> log = new ArrayList<>();
  final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  RequestEdits edits = new RequestEdits(null, null, true, List.of());
  @Nullable Rejection refusal;
  @Nullable Rejection bodyRefusal;
  @Nullable String throwIn;
  @Nullable Struct metadata;
  boolean opened;
  boolean hold;
  boolean wantsResponse = true;
  boolean needsRequest = true;
  boolean needsResponse = true;
  DataPlaneTraits traits = DataPlaneTraits.UNKNOWN;
  @Nullable Verdict verdict;

  private void heard(String what) {
    log.add(what);
    if (what.equals(throwIn)) {
      throw new IllegalStateException("planted");
    }
  }

  @Override
  public StreamSession open(Executor loop) {
    opened = true;
    return this;
  }

  @Override
  public boolean readsRequestBodies() {
    return true;
  }

  @Override
  public DataPlaneTraits traits() {
    return traits;
  }

  @Override
  public boolean needsRequestBody() {
    return needsRequest;
  }

  @Override
  public boolean needsResponseBody() {
    return needsResponse;
  }

  @Override
  public void withoutResponseBody() {
    heard("withoutResponseBody");
  }

  @Override
  public void requestHeaders(HeaderList headers, Metadata metadata) {
    heard("requestHeaders");
  }

  @Override
  public @Nullable Rejection requestBody(ByteString piece) {
    heard("requestBody");
    bytes.writeBytes(piece.toByteArray());
    return bodyRefusal;
  }

  @Override
  public void requestMetadata(Metadata metadata) {
    heard("requestMetadata");
  }

  @Override
  public void endRequest(Verdict verdict) {
    heard("endRequest");
    this.verdict = verdict;
    if (!hold) {
      release();
    }
  }

  /** Answers what was held. */
  void release() {
    Verdict hearer = verdict;
    if (hearer == null) {
      throw new IllegalStateException("nothing asked");
    }
    verdict = null;
    if (refusal != null) {
      hearer.refuse(refusal);
    } else {
      hearer.go(edits);
    }
  }

  @Override
  public @Nullable HeaderMutation responseHeaders(HeaderList headers, Metadata metadata) {
    heard("responseHeaders");
    return null;
  }

  @Override
  public boolean wantsResponseBody() {
    return wantsResponse;
  }

  @Override
  public void responseBody(ByteString piece) {
    heard("responseBody");
  }

  @Override
  public @Nullable Struct endResponse() {
    heard("endResponse");
    return metadata;
  }

  @Override
  public void detach() {
    heard("detach");
  }

  @Override
  public void close() {
    heard("close");
  }
}

package io.igw.extproc.testing;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSubset;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.RequestHeaders;
import io.igw.api.Usage;
import io.igw.runtime.Exchange;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An exchange whose outcome a test sets beforehand: it stands at the boundary of the adapter where
 * the runtime begins, so that the wire can be tested alone.
 */
public final class ScriptedExchange implements Exchange {
  public final ByteArrayOutputStream requestBytes = new ByteArrayOutputStream();
  public final ByteArrayOutputStream responseBytes = new ByteArrayOutputStream();
  public final AtomicInteger closed = new AtomicInteger();
  public List<BodyEdit> edits = List.of();
  public Map<String, String> upstream = Map.of();
  public Map<String, String> responseEdits = Map.of();
  public List<ResponseMetadata> metadata = List.of();
  public @Nullable Outcome outcome = decision("10.0.0.1", 8000);
  public @Nullable Rejection bodyRefusal;
  public boolean wantsResponse = true;

  /** Edits of each call to {@link #responseBody}; null: the response is not edited. */
  public @Nullable List<BodyEdit> pieceEdits;

  public @Nullable RequestHeaders headers;
  public @Nullable EndpointSubset subset;
  public volatile EndpointPicker.@Nullable Listener waiting;
  public int status = -1;
  public @Nullable String contentType;
  public @Nullable String served;
  public boolean responseEnded;
  public boolean detached;
  public boolean needsRequest = true;
  public boolean needsResponse = true;
  public int maxSlice;

  /** Runs with each call to {@link #responseBody}. */
  public Runnable onResponseBody = () -> {};

  @Override
  public void requestHeaders(RequestHeaders headers, @Nullable EndpointSubset subset) {
    this.headers = headers;
    this.subset = subset;
  }

  @Override
  public @Nullable Rejection requestBody(byte[] source, int offset, int length) {
    requestBytes.write(source, offset, length);
    maxSlice = Math.max(maxSlice, length);
    return bodyRefusal;
  }

  @Override
  public void subset(EndpointSubset subset) {
    this.subset = subset;
  }

  @Override
  public void endRequest(EndpointPicker.Listener listener) {
    if (outcome != null) {
      listener.onOutcome(outcome);
    } else {
      waiting = listener;
    }
  }

  @Override
  public List<BodyEdit> bodyEdits() {
    return edits;
  }

  @Override
  public Map<String, String> upstreamHeaders() {
    return upstream;
  }

  @Override
  public @Nullable Decision decision() {
    return outcome instanceof Decision d ? d : null;
  }

  @Override
  public boolean wantsResponseBody() {
    return wantsResponse;
  }

  @Override
  public void responseHeaders(int status, @Nullable String contentType, @Nullable String served) {
    this.status = status;
    this.contentType = contentType;
    this.served = served;
  }

  @Override
  public Map<String, String> responseHeaderEdits() {
    return responseEdits;
  }

  @Override
  public void responseBody(byte[] source, int offset, int length) {
    onResponseBody.run();
    responseBytes.write(source, offset, length);
  }

  @Override
  public boolean editsResponse() {
    return pieceEdits != null;
  }

  @Override
  public List<BodyEdit> responseEdits() {
    return pieceEdits == null ? List.of() : pieceEdits;
  }

  @Override
  public void endResponse() {
    responseEnded = true;
  }

  @Override
  public List<ResponseMetadata> responseMetadata() {
    return responseEnded ? metadata : List.of();
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
  public void detach() {
    detached = true;
    close();
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }

  /** A decision for an address. */
  public static Decision decision(String host, int port) {
    return decision(port, List.of(host));
  }

  /** A decision for the first of some hosts; the others are its fallbacks. */
  public static Decision decision(int port, List<String> hosts) {
    List<Endpoint> all = new ArrayList<>();
    for (String host : hosts) {
      EndpointId id = new EndpointId("default", "pod-" + (port + all.size()));
      all.add(Endpoint.of(id, host, port, Map.of(), 0, 1));
    }
    return new FixedDecision(all.get(0), all.subList(1, all.size()));
  }

  private record FixedDecision(Endpoint endpoint, List<Endpoint> fallbacks) implements Decision {
    @Override
    public Map<String, String> headers() {
      return Map.of();
    }

    @Override
    public long snapshotVersion() {
      return 1;
    }

    @Override
    public boolean served(String hostPort) {
      return true;
    }

    @Override
    public void progress(long nowNanos) {}

    @Override
    public boolean complete(Usage usage) {
      return true;
    }

    @Override
    public boolean fail(int httpStatus) {
      return true;
    }

    @Override
    public boolean abandon() {
      return true;
    }
  }
}

package io.igw.extproc.picker;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.igw.api.Decision;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSubset;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.extproc.stream.Answers;
import io.igw.extproc.stream.HeaderList;
import io.igw.extproc.stream.RequestEdits;
import io.igw.extproc.stream.StreamSession;
import io.igw.runtime.Exchange;
import io.igw.runtime.Exchange.ResponseMetadata;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One exchange of the runtime behind one stream. Body bytes are read in place, from the arrays that
 * hold the received message.
 */
final class PickerSession extends ByteOutput implements StreamSession, EndpointPicker.Listener {
  /** Long pieces of requests are fed in slices, so that a slice is the unit of work of a parser. */
  private static final int SLICE_BYTES = 64 * 1024;

  private static final String SERVED = "x-gateway-destination-endpoint-served";

  /** What conformance tests of other pickers look for (rule EPP-61). */
  private static final HeaderMutation MARK =
      HeaderMutation.newBuilder()
          .addSetHeaders(Answers.set("x-went-into-resp-headers", "true"))
          .build();

  private final Exchange exchange;
  private final RequestReply reply;
  private final boolean ignoreSubset;
  private final GatewayProfile gateway;
  private final boolean marksResponses;
  private boolean feedingResponse;
  private @Nullable ResponseSplice splice;
  private @Nullable Rejection refused;
  private @Nullable Verdict verdict;

  PickerSession(
      Exchange exchange,
      RequestReply reply,
      boolean ignoreSubset,
      GatewayProfile gateway,
      boolean marksResponses) {
    this.exchange = exchange;
    this.reply = reply;
    this.ignoreSubset = ignoreSubset;
    this.gateway = gateway;
    this.marksResponses = marksResponses;
  }

  @Override
  public void requestHeaders(HeaderList headers, Metadata metadata) {
    exchange.requestHeaders(headers, subset(metadata));
  }

  private @Nullable EndpointSubset subset(Metadata metadata) {
    return ignoreSubset ? null : SubsetHint.of(metadata, gateway.subsetNamespace());
  }

  @Override
  public boolean needsRequestBody() {
    return exchange.needsRequestBody();
  }

  @Override
  public boolean needsResponseBody() {
    return exchange.needsResponseBody();
  }

  @Override
  public void requestMetadata(Metadata metadata) {
    EndpointSubset subset = subset(metadata);
    if (subset != null) {
      exchange.subset(subset);
    }
  }

  @Override
  public @Nullable Rejection requestBody(ByteString piece) {
    feedingResponse = false;
    feed(piece);
    return refused;
  }

  private void feed(ByteString piece) {
    try {
      UnsafeByteOperations.unsafeWriteTo(piece, this);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void endRequest(Verdict verdict) {
    this.verdict = verdict;
    exchange.endRequest(this);
  }

  @Override
  public void onOutcome(Outcome outcome) {
    Verdict hearer = verdict;
    if (hearer == null) {
      return;
    }
    verdict = null;
    if (outcome instanceof Rejection refused) {
      hearer.refuse(refused);
      return;
    }
    RequestEdits edits;
    try {
      edits = reply.edits((Decision) outcome, exchange.upstreamHeaders(), exchange.bodyEdits());
    } catch (RuntimeException e) {
      // A late outcome comes from outside of the stream: nobody else would end the request.
      hearer.fail(e);
      return;
    }
    hearer.go(edits);
  }

  @Override
  public void withoutResponseBody() {
    exchange.withoutResponseBody();
  }

  @Override
  public @Nullable HeaderMutation responseHeaders(HeaderList headers, Metadata metadata) {
    exchange.responseHeaders(
        status(headers.first(":status")), headers.first("content-type"), served(metadata));
    Map<String, String> edits = exchange.responseHeaderEdits();
    if (edits.isEmpty()) {
      return marksResponses ? MARK : null;
    }
    HeaderMutation.Builder mutation =
        marksResponses ? MARK.toBuilder() : HeaderMutation.newBuilder();
    edits.forEach((name, value) -> mutation.addSetHeaders(Answers.set(name, value)));
    return mutation.build();
  }

  /** Rule EPP-54: the status is in {@code :status}; 0 if there is no number. */
  private static int status(@Nullable String text) {
    if (text == null || text.length() != 3) {
      return 0;
    }
    int status = 0;
    for (int i = 0; i < 3; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      status = status * 10 + digit;
    }
    return status;
  }

  /** Rule EPP-12: null if there is nothing of the kind, empty if the endpoint is left out. */
  private @Nullable String served(Metadata metadata) {
    if (!gateway.tellsServed() || metadata.getFilterMetadataCount() == 0) {
      return null;
    }
    Struct namespace = metadata.getFilterMetadataMap().get(gateway.pickNamespace());
    if (namespace == null) {
      return null;
    }
    Value value = namespace.getFieldsMap().get(SERVED);
    return value != null && value.hasStringValue() ? value.getStringValue() : "";
  }

  @Override
  public boolean wantsResponseBody() {
    return exchange.wantsResponseBody();
  }

  @Override
  public void responseBody(ByteString piece) {
    feedingResponse = true;
    feed(piece);
  }

  @Override
  public boolean editsResponse() {
    return exchange.editsResponse();
  }

  @Override
  public ByteString editedResponse(ByteString piece) {
    if (splice == null) {
      splice = new ResponseSplice();
    }
    splice.start(piece);
    responseBody(piece);
    return splice.end();
  }

  @Override
  public @Nullable Struct endResponse() {
    exchange.endResponse();
    List<ResponseMetadata> numbers = exchange.responseMetadata();
    if (numbers.isEmpty()) {
      return null;
    }
    Map<String, Struct.Builder> namespaces = new LinkedHashMap<>();
    for (ResponseMetadata number : numbers) {
      namespaces
          .computeIfAbsent(number.namespace(), n -> Struct.newBuilder())
          .putFields(number.key(), Value.newBuilder().setNumberValue(number.value()).build());
    }
    Struct.Builder metadata = Struct.newBuilder();
    namespaces.forEach((name, fields) ->
        metadata.putFields(name, Value.newBuilder().setStructValue(fields).build()));
    return metadata.build();
  }

  @Override
  public void detach() {
    verdict = null;
    exchange.detach();
  }

  @Override
  public void fail() {
    verdict = null;
    exchange.broken();
  }

  @Override
  public void close() {
    verdict = null;
    exchange.close();
  }

  @Override
  public void writeLazy(byte[] value, int offset, int length) {
    if (feedingResponse) {
      // Whole: times between chunks are those between messages.
      exchange.responseBody(value, offset, length);
      if (splice != null) {
        splice.read(length, exchange.responseEdits());
      }
      return;
    }
    for (int done = 0; done < length && refused == null; done += SLICE_BYTES) {
      refused = exchange.requestBody(value, offset + done, Math.min(SLICE_BYTES, length - done));
    }
  }

  @Override
  public void write(byte[] value, int offset, int length) {
    writeLazy(value, offset, length);
  }

  @Override
  public void write(byte value) {
    writeLazy(new byte[] {value}, 0, 1);
  }

  @Override
  public void write(ByteBuffer value) {
    writeLazy(value);
  }

  @Override
  public void writeLazy(ByteBuffer value) {
    if (value.hasArray()) {
      int length = value.remaining();
      writeLazy(value.array(), value.arrayOffset() + value.position(), length);
      value.position(value.limit());
      return;
    }
    byte[] copy = new byte[value.remaining()];
    value.get(copy);
    writeLazy(copy, 0, copy.length);
  }
}

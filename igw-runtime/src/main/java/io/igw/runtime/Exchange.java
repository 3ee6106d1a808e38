package io.igw.runtime;

import io.igw.api.Decision;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSubset;
import io.igw.api.Rejection;
import io.igw.api.RequestHeaders;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and its response as the picker sees them: what a gateway calls, in this order.
 * It parses while bytes arrive, picks once the request is complete, follows the response, and
 * closes the lease exactly once.
 *
 * <p>Order: {@link #requestHeaders}, any number of {@link #requestBody}, {@link #endRequest}; then
 * {@link #responseHeaders}, any number of {@link #responseBody}, {@link #endResponse}. The response
 * may begin before the request has ended (the upstream answered early); {@link #close} may come at
 * any time and is idempotent. Calls out of order are ignored.
 *
 * <p><b>Threading.</b> Confined to the event loop it was opened with. No call blocks.
 */
public interface Exchange extends AutoCloseable {
  /**
   * Starts the request.
   *
   * @param headers must stay readable until the outcome, or {@link #close}; not held any longer
   * @param subset endpoints that the data plane allows, null for all
   */
  void requestHeaders(RequestHeaders headers, @Nullable EndpointSubset subset);

  /**
   * Whether the request's body is needed, if it has one: where not, a gateway that can leave it out
   * may go on with {@link #endRequest}. Valid after {@link #requestHeaders}.
   */
  default boolean needsRequestBody() {
    return true;
  }

  /**
   * Whether the response's body will be needed, as far as can be known before the request's is.
   * Valid after {@link #requestHeaders}.
   */
  default boolean needsResponseBody() {
    return true;
  }

  /**
   * The next bytes of the body; the array is only read during the call.
   *
   * @return null, or why the request is refused already (body over the limit): the listener of
   *     {@link #endRequest} will not be called
   */
  @Nullable Rejection requestBody(byte[] source, int offset, int length);

  /**
   * Replaces the subset: some data planes send it with the body. Before {@link #endRequest} only.
   */
  void subset(EndpointSubset subset);

  /**
   * The request is complete, with or without a body: parse errors, admission and the pick lead to
   * one outcome.
   */
  void endRequest(EndpointPicker.Listener listener);

  /**
   * A request that a gateway holds in one piece: its headers, body and end.
   *
   * @param body empty if there is none
   */
  default void request(RequestHeaders headers, byte[] body, EndpointPicker.Listener listener) {
    requestHeaders(headers, null);
    Rejection refused = body.length == 0 ? null : requestBody(body, 0, body.length);
    if (refused != null) {
      listener.onOutcome(refused);
    } else {
      endRequest(listener);
    }
  }

  /**
   * Where bytes of the request body change: ascending, not overlapping, usually empty. Valid after
   * a decision.
   */
  List<BodyEdit> bodyEdits();

  /**
   * A whole request body with the edits made, for gateways that hold it in one piece: the same
   * array if there are none.
   */
  default byte[] edited(byte[] body) {
    return BodyEdit.apply(body, bodyEdits());
  }

  /**
   * Headers to set on the request upstream beside the destination: generated request id, plugin
   * headers. Valid after a decision.
   */
  Map<String, String> upstreamHeaders();

  /** The decision, null before and after a rejection. */
  @Nullable Decision decision();

  /**
   * Whether anything reads response bodies: if not, {@link #responseBody} need not be called for
   * each chunk.
   */
  boolean wantsResponseBody();

  /**
   * The gateway will call {@link #responseBody} for nothing, though there may be a body: times and
   * token counts stay unknown. Before {@link #responseHeaders}.
   */
  default void withoutResponseBody() {}

  /**
   * Response headers.
   *
   * @param status HTTP status, 0 if unknown
   * @param contentType null if there is none
   * @param served {@code host:port} that the data plane says served, null if it tells nothing of
   *     the kind, empty if what it tells leaves that out
   */
  void responseHeaders(int status, @Nullable String contentType, @Nullable String served);

  /** Headers that plugins set on the response. Valid after {@link #responseHeaders}. */
  Map<String, String> responseHeaderEdits();

  /** The next bytes of the response body; the array is only read during the call. */
  void responseBody(byte[] source, int offset, int length);

  /**
   * Whether bytes of the response body change on their way to the client: each piece then goes
   * through {@link #responseBody} before it is passed on, and {@link #responseEdits} tells how. A
   * {@code content-length} of the server holds no more. Valid after {@link #responseHeaders}.
   */
  default boolean editsResponse() {
    return false;
  }

  /**
   * Where the bytes of the last {@link #responseBody} change: ascending, not overlapping, usually
   * empty. Offsets count from the first byte of that call.
   */
  default List<BodyEdit> responseEdits() {
    return List.of();
  }

  /**
   * In place of {@link #responseBody}, for gateways that hold a piece in an array: the piece as it
   * goes to the client, the same array if nothing changes.
   */
  default byte[] editedResponse(byte[] piece) {
    responseBody(piece, 0, piece.length);
    return BodyEdit.apply(piece, responseEdits());
  }

  /** The response is complete. */
  void endResponse();

  /**
   * Dynamic metadata that plugins set for the data plane. Valid after {@link #endResponse}; usually
   * empty.
   */
  default List<ResponseMetadata> responseMetadata() {
    return List.of();
  }

  /** In place of what is left of the response: the endpoint cannot be reached, or broke it off. */
  default void failed() {
    responseHeaders(502, null, null);
    broken();
  }

  /** In place of {@link #close}: the gateway cannot follow the exchange any more. */
  default void broken() {
    close();
  }

  /**
   * In place of {@link #close}: the gateway has its answer and will report nothing more. The lease
   * stays open and runs out by time (rule EPP-58).
   */
  default void detach() {
    close();
  }

  /** The stream has ended, in whatever state: cancels a pick under way, abandons an open lease. */
  @Override
  void close();

  /**
   * Replaces the bytes {@code start..end} of a body.
   *
   * @param start offset of the first byte
   * @param end offset just behind the last byte
   * @param replacement what stands there instead
   */
  record BodyEdit(long start, long end, byte[] replacement) {
    private static byte[] apply(byte[] body, List<BodyEdit> edits) {
      if (edits.isEmpty()) {
        return body;
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 64);
      int from = 0;
      for (BodyEdit edit : edits) {
        out.write(body, from, (int) edit.start() - from);
        out.writeBytes(edit.replacement());
        from = (int) edit.end();
      }
      out.write(body, from, body.length - from);
      return out.toByteArray();
    }
  }

  /** A number for the data plane. */
  record ResponseMetadata(String namespace, String key, double value) {}
}

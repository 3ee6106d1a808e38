package io.igw.runtime;

import io.igw.api.Decision;
import io.igw.api.EndpointPicker;
import io.igw.api.EndpointSubset;
import io.igw.api.Rejection;
import io.igw.api.RequestHeaders;
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
   * @param headers must stay readable until {@link #close}
   * @param subset endpoints that the data plane allows, null for all
   */
  void requestHeaders(RequestHeaders headers, @Nullable EndpointSubset subset);

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
   * Where bytes of the request body change: ascending, not overlapping, usually empty. Valid after
   * a decision.
   */
  List<BodyEdit> bodyEdits();

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
   * Response headers.
   *
   * @param status HTTP status, 0 if unknown
   * @param contentType null if there is none
   * @param served {@code host:port} that the data plane says served, null if it does not say
   */
  void responseHeaders(int status, @Nullable String contentType, @Nullable String served);

  /** Headers that plugins set on the response. Valid after {@link #responseHeaders}. */
  Map<String, String> responseHeaderEdits();

  /** The next bytes of the response body; the array is only read during the call. */
  void responseBody(byte[] source, int offset, int length);

  /** The response is complete. */
  void endResponse();

  /**
   * Dynamic metadata that plugins set for the data plane. Valid after {@link #endResponse}; usually
   * empty.
   */
  default List<ResponseMetadata> responseMetadata() {
    return List.of();
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
  record BodyEdit(long start, long end, byte[] replacement) {}

  /** A number for the data plane. */
  record ResponseMetadata(String namespace, String key, double value) {}
}

package io.igw.extproc.stream;

import com.google.protobuf.Struct;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.igw.runtime.Exchange.BodyEdit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What changes on a request on its way upstream.
 *
 * @param headers headers to set and to remove, null for none
 * @param metadata dynamic metadata for the data plane, null for none
 * @param clearRouteCache whether the data plane routes anew
 * @param body where bytes of the body change; usually empty
 * @param answer the answer to the headers that these edits make, where many requests have the same;
 *     null if it is made each time
 */
public record RequestEdits(
    @Nullable HeaderMutation headers,
    @Nullable Struct metadata,
    boolean clearRouteCache,
    List<BodyEdit> body,
    @Nullable KeptReply answer) {
  /** Nothing changes. */
  public static final RequestEdits NONE = new RequestEdits(null, null, false, List.of());

  /** Edits of one request. */
  public RequestEdits(
      @Nullable HeaderMutation headers,
      @Nullable Struct metadata,
      boolean clearRouteCache,
      List<BodyEdit> body) {
    this(headers, metadata, clearRouteCache, body, null);
  }

  /** The same for many requests; {@link #body} must be empty. */
  public RequestEdits kept() {
    KeptReply answer = KeptReply.of(Answers.requestHeaders(this, headers));
    return new RequestEdits(headers, metadata, clearRouteCache, body, answer);
  }
}

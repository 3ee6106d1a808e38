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
 */
public record RequestEdits(
    @Nullable HeaderMutation headers,
    @Nullable Struct metadata,
    boolean clearRouteCache,
    List<BodyEdit> body) {
  /** Nothing changes. */
  public static final RequestEdits NONE = new RequestEdits(null, null, false, List.of());
}

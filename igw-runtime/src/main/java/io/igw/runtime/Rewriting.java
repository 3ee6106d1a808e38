package io.igw.runtime;

import io.igw.api.RequestHeaders;
import io.igw.runtime.resources.LiveResources;
import io.igw.runtime.resources.RewriteRule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Objectives and model rewrites as requests see them.
 *
 * @param resources what is in force
 * @param stickyHeader requests with the same value of this header stay with one target; null: none
 * @param restores whether responses name the model that the client asked for (rule EPP-56)
 */
record Rewriting(LiveResources resources, @Nullable String stickyHeader, boolean restores) {
  /** Priority by objective, now. */
  Map<String, Integer> priorities() {
    return resources.now().priorities();
  }

  /** The rule for an incoming model, null if none matches. */
  @Nullable RewriteRule rule(@Nullable String model) {
    return resources.now().rewrites().rule(model);
  }

  /** The model that the response to a rewritten request has to name, null for the server's. */
  @Nullable String restored(@Nullable String model) {
    return restores && model != null && !model.isEmpty() ? model : null;
  }

  /** Whether a response may have to be edited; asked before the request's model is known. */
  boolean mayRestore(RequestHeaders headers) {
    return restores
        && (ControlHeaders.rewrite(headers) != null || !resources.now().rewrites().isEmpty());
  }

  /** What a rule makes of the model of one request. */
  String target(RewriteRule rule, RequestHeaders headers) {
    return resources.target(rule, stickyHeader == null ? null : headers.first(stickyHeader));
  }
}

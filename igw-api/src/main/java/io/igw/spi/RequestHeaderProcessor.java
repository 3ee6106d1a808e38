package io.igw.spi;

import io.igw.api.InferenceRequest;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request before anything is decided about it: identities that clients put into headers,
 * for example. Runs on the request's own event loop and must not block.
 */
@FunctionalInterface
public interface RequestHeaderProcessor extends Plugin {
  /**
   * Looks at a request; what later plugins need goes into {@code state}.
   *
   * @return the tenant of a request that names none itself; null: this plugin knows none. Of
   *     several plugins the first in configuration order counts
   */
  @Nullable String process(InferenceRequest request, RequestState state);
}

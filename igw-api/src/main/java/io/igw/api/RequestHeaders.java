package io.igw.api;

import org.jspecify.annotations.Nullable;

/** The headers of a request, as the gateway holds them. */
@FunctionalInterface
public interface RequestHeaders {
  /** No headers. */
  RequestHeaders NONE = name -> null;

  /**
   * First value of a header, null if there is none. {@code lowerCaseName} is lower case;
   * pseudo-headers begin with a colon.
   */
  @Nullable String first(String lowerCaseName);
}

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

  /**
   * All values of a header in their order, put together as one line of the header would hold them:
   * with {@link #between} between them; null if there is none. Headers that a gateway holds under
   * one name each have nothing to add here.
   */
  default @Nullable String joined(String lowerCaseName) {
    return first(lowerCaseName);
  }

  /** What stands between values of a header in one line (RFC 9110, 5.3; RFC 9113, 8.2.3). */
  static String between(String lowerCaseName) {
    return lowerCaseName.equals("cookie") ? "; " : ", ";
  }
}

package io.igw.scheduler;

import io.igw.api.Rejection;

/** Why a cycle picks nothing; texts as in ext-proc.md 8.4. */
final class Rejections {
  static final Rejection NO_CANDIDATES =
      Rejection.of(
          Rejection.Reason.NO_ENDPOINTS,
          "failed to find endpoint candidates for serving the request");
  static final Rejection SCREENED =
      Rejection.of(Rejection.Reason.NO_ENDPOINTS, "screeners eliminated all endpoint candidates");
  static final Rejection SHED =
      Rejection.of(Rejection.Reason.SATURATED, "system saturated, sheddable request dropped");
  static final Rejection FILTERED_BY_LOAD =
      Rejection.of(Rejection.Reason.SATURATED, "no endpoints available for the given request");
  static final Rejection FILTERED =
      Rejection.of(Rejection.Reason.NO_ENDPOINTS, "no endpoints available for the given request");
  static final Rejection NO_PROFILE =
      Rejection.of(
          Rejection.Reason.INTERNAL,
          "failed to find target endpoint: failed to run any scheduler profile");
  static final Rejection NO_RESULT =
      Rejection.of(
          Rejection.Reason.INTERNAL,
          "failed to find target endpoint: results must be greater than zero");
  static final Rejection HANDLER_FAILED =
      Rejection.of(
          Rejection.Reason.INTERNAL, "failed to find target endpoint: profile handler failed");
  static final Rejection REQUEST_FAILED =
      Rejection.of(
          Rejection.Reason.INTERNAL, "failed to find target endpoint: request not readable");
  static final Rejection NOT_CACHED =
      Rejection.of(Rejection.Reason.NOT_CACHED, "no decode worker has the requested KV cache");
  static final Rejection SHUTTING_DOWN =
      Rejection.of(Rejection.Reason.SHUTTING_DOWN, "picker is shutting down");

  private Rejections() {}
}

package io.igw.api;

/**
 * The claim of one request on its endpoints, one share per profile.
 *
 * <p><b>Threading.</b> Any thread. Exactly one of {@link #complete}, {@link #fail}, {@link
 * #abandon} returns true, whatever the gateway does; idle expiry counts as abandon.
 */
public interface Lease {
  /**
   * The gateway says who serves: the primary share moves there. False if that endpoint is unknown
   * or the lease has ended.
   */
  boolean served(String hostPort);

  /**
   * Response bytes were seen: restarts the idle expiry; the first call ends the prefill profile's
   * share.
   */
  void progress(long nowNanos);

  /**
   * Output tokens that were generated so far, counted or reported: where the reservation holds an
   * estimate of the output, what is left of it falls.
   */
  default void generated(long tokens) {}

  /** The response is complete. */
  boolean complete(Usage usage);

  /**
   * The model server answered with an error status, or the gateway could not reach it (502, 503,
   * 504).
   */
  boolean fail(int httpStatus);

  /** The client or the gateway went away. */
  boolean abandon();
}

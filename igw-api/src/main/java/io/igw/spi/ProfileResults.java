package io.igw.spi;

import io.igw.api.Endpoint;
import io.igw.api.Rejection;
import java.util.List;

/**
 * The runs of this cycle; candidates and totals of each stay readable until merge returns, so that
 * pairs can be scored jointly.
 */
public interface ProfileResults {
  /** Names of all configured profiles, in configuration order. */
  List<String> profiles();

  /** Whether the profile ran in this cycle. */
  boolean ran(String profile);

  /** Whether it ran and left nothing to pick. */
  boolean failed(String profile);

  /** Its candidates after filtering. */
  Candidates candidates(String profile);

  /** Weighted sum of a candidate. */
  double total(String profile, int position);

  /** How many endpoints it picked. */
  int pickedCount(String profile);

  /** The k-th best endpoint it picked. */
  Endpoint picked(String profile, int k);

  /** Replaces its first pick. */
  void repick(String profile, int position);

  /**
   * Every destination of this request gets this port in place of its own: for engines that share a
   * port and are told apart by a header.
   */
  void destinationPort(int port);

  /** The request fails with this, whatever the profiles found; the first call counts. */
  void reject(Rejection rejection);

  /** Sets a header of the request upstream. */
  void header(String name, String value);
}

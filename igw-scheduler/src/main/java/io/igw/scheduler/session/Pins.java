package io.igw.scheduler.session;

import io.igw.api.Decision;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.ProfileResults;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;

/** How it is known which endpoint a client belongs to. */
interface Pins {
  /** No endpoint is pinned, or it is no candidate. */
  int NONE = -1;

  /** Position of the pinned endpoint among the candidates. */
  int position(Cycle cycle, Candidates candidates);

  /** A pick was made. */
  void picked(Cycle cycle, ProfileResults results, String primary);

  /** Whether {@link #responds} wants to be called. */
  boolean seesResponses();

  /** Response headers are there. */
  void responds(RequestState state, Decision decision, ResponseObserver.Response response);

  /** Whether a profile has a target. */
  static boolean picked(ProfileResults results, String profile) {
    return results.ran(profile) && !results.failed(profile) && results.pickedCount(profile) > 0;
  }
}

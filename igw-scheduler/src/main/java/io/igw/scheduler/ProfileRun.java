package io.igw.scheduler;

import io.igw.api.Rejection;

/** What one profile did in the cycle at hand. Reused from cycle to cycle; one thread. */
final class ProfileRun {
  final Profile profile;
  final CandidateSet candidates = new CandidateSet();
  double[] totals = {};
  int[] picked = {};
  int pickedCount;
  boolean ran;
  Rejection.Reason failure = Rejection.Reason.NO_ENDPOINTS;

  ProfileRun(Profile profile) {
    this.profile = profile;
  }

  void reset() {
    ran = false;
    pickedCount = 0;
  }

  boolean failed() {
    return ran && pickedCount == 0;
  }

  void reserve(int count) {
    if (totals.length < count) {
      int size = Math.max(count, 2 * totals.length);
      totals = new double[size];
      picked = new int[size];
    }
  }
}

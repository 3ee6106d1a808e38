package io.igw.scheduler.session;

import io.igw.spi.Candidates;

/** Finds candidates. Pure. */
final class Positions {
  private Positions() {}

  /** Position of the candidate with an ordinal, {@link Pins#NONE} if it is none. */
  static int of(int ordinal, Candidates candidates) {
    if (candidates.all()) {
      return ordinal < candidates.size() ? ordinal : Pins.NONE;
    }
    int low = 0;
    int high = candidates.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = candidates.ordinal(middle);
      if (found == ordinal) {
        return middle;
      }
      if (found < ordinal) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return Pins.NONE;
  }
}

package io.igw.benchmarks;

import java.io.IOException;
import java.util.Arrays;

/**
 * The picker and the null server, measured turn by turn, so that the host's speed is the same for
 * both: medians.
 */
record InTurn(double picker, double nullServer) {
  /** Measures one server once. */
  @FunctionalInterface
  interface Measure {
    double take(int turn) throws IOException;
  }

  static InTurn of(int turns, Measure picker, Measure nullServer) throws IOException {
    double[] mine = new double[turns];
    double[] its = new double[turns];
    for (int turn = 0; turn < turns; turn++) {
      mine[turn] = picker.take(turn);
      its[turn] = nullServer.take(turn);
    }
    Arrays.sort(mine);
    Arrays.sort(its);
    return new InTurn(mine[turns / 2], its[turns / 2]);
  }

  double ratio() {
    return picker / nullServer;
  }
}

package io.igw.simulator;

/** A histogram as a metrics page shows it. One thread. */
final class Histogram {
  final String name;
  final String help;
  final double[] bounds;
  private final long[] buckets;
  private double sum;
  private long count;

  Histogram(String name, String help, double... bounds) {
    this.name = name;
    this.help = help;
    this.bounds = bounds;
    this.buckets = new long[bounds.length];
  }

  void record(double value) {
    sum += value;
    count++;
    for (int i = 0; i < bounds.length; i++) {
      if (value <= bounds[i]) {
        buckets[i]++;
        return;
      }
    }
  }

  /** Observations in a bucket itself; those under smaller bounds come on top. */
  long in(int bucket) {
    return buckets[bucket];
  }

  double sum() {
    return sum;
  }

  long count() {
    return count;
  }
}

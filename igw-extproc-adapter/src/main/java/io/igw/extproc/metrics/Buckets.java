package io.igw.extproc.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.DoubleAdder;

/**
 * A histogram of fixed buckets.
 *
 * <p><b>Threading.</b> Any thread. Lock-free; a reader may see a count without its part of the sum.
 *
 * <p><b>Cost.</b> A walk over the bounds, which are few and where most values take the same way,
 * and two atomic adds; nothing is allocated.
 */
final class Buckets {
  private final double[] bounds;
  private final AtomicLongArray counts;
  private final DoubleAdder sum = new DoubleAdder();

  Buckets(double[] bounds) {
    this.bounds = bounds;
    this.counts = new AtomicLongArray(bounds.length + 1);
  }

  void observe(double value) {
    int at = 0;
    while (at < bounds.length && value > bounds[at]) {
      at++;
    }
    counts.incrementAndGet(at);
    sum.add(value);
  }

  /** Sums of several histograms over the same bounds. */
  static final class Total {
    private final double[] bounds;
    private final long[] counts;
    private double sum;
    private boolean any;

    Total(double[] bounds) {
      this.bounds = bounds;
      this.counts = new long[bounds.length + 1];
    }

    void add(Buckets buckets) {
      for (int i = 0; i < counts.length; i++) {
        long count = buckets.counts.get(i);
        counts[i] += count;
        any |= count > 0;
      }
      sum += buckets.sum.sum();
    }

    /** Whether something was observed: series that saw nothing are not shown. */
    boolean any() {
      return any;
    }

    HistogramDataPointSnapshot point(Labels labels) {
      double[] upper = Arrays.copyOf(bounds, bounds.length + 1);
      upper[bounds.length] = Double.POSITIVE_INFINITY;
      return io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot
          .builder()
          .classicHistogramBuckets(ClassicHistogramBuckets.of(upper, counts))
          .sum(sum)
          .labels(labels)
          .build();
    }
  }
}

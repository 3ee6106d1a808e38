package io.igw.extproc.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bound belongs to its bucket, as Prometheus's {@code le} has it. */
class BucketsTest {
  private static final double[] BOUNDS = {0.5, 1, 10};

  @ParameterizedTest
  @CsvSource({
    "-1, 0",
    "0, 0",
    "0.5, 0",
    "0.51, 1",
    "1, 1",
    "9.99, 2",
    "10, 2",
    "11, 3",
    "1e300, 3"
  })
  void aValueCountsInItsBucket(double value, int bucket) {
    Buckets buckets = new Buckets(BOUNDS);
    buckets.observe(value);

    Buckets.Total total = new Buckets.Total(BOUNDS);
    total.add(buckets);
    HistogramDataPointSnapshot point = total.point(Labels.EMPTY);
    ClassicHistogramBuckets counts = point.getClassicBuckets();
    for (int i = 0; i <= BOUNDS.length; i++) {
      assertThat(counts.getCount(i)).as("bucket %d", i).isEqualTo(i == bucket ? 1 : 0);
    }
    assertThat(point.getSum()).isEqualTo(value);
  }
}

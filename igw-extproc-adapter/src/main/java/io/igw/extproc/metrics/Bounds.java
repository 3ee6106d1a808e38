package io.igw.extproc.metrics;

/** Bucket sets of observability-metrics.md 1. */
final class Bounds {
  static final double[] LONG_SECONDS = {
    0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
    60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600
  };
  static final double[] SHORT_SECONDS = {
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1
  };
  static final double[] FIRST_TOKEN_SECONDS = upTo(LONG_SECONDS, 120);
  static final double[] REQUEST_BYTES = powersOfTwo(6, 30);

  /** 32778 is a misprint of the reference, kept for its dashboards. */
  static final double[] RESPONSE_BYTES = {
    1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32778, 65536
  };

  static final double[] INPUT_TOKENS = {
    1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32778, 65536, 131072, 262144,
    524288, 1048576
  };
  static final double[] OUTPUT_TOKENS = {1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192};
  static final double[] PER_OUTPUT_TOKEN_SECONDS = {
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10
  };
  static final double[] STREAMED_TOKEN_SECONDS = {
    0.0005, 0.00205, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6,
    0.8, 1, 2
  };
  static final double[] INTER_TOKEN_SECONDS = {
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2
  };
  static final double[] REQUEST_PROCESSING_SECONDS = {
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };
  static final double[] STREAM_SECONDS = {
    0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600
  };

  private Bounds() {}

  private static double[] upTo(double[] bounds, double last) {
    return java.util.Arrays.stream(bounds).filter(b -> b <= last).toArray();
  }

  private static double[] powersOfTwo(int from, int to) {
    double[] bounds = new double[to - from + 1];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = 1L << (from + i);
    }
    return bounds;
  }
}

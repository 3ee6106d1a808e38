package io.igw.plugins.policies;

import io.igw.spi.SimpleProvider;

/** The providers of the policies, one class each since ServiceLoader wants classes. */
public final class PolicyProviders {
  private PolicyProviders() {}

  /** {@code round-robin-picker}. */
  public static final class RoundRobin extends SimpleProvider {
    /** For ServiceLoader. */
    public RoundRobin() {
      super(
          "round-robin-picker",
          Stability.BETA,
          "one endpoint after the other",
          (p, c) -> new RoundRobinPicker());
    }
  }

  /** {@code power-of-two-picker}. */
  public static final class PowerOfTwo extends SimpleProvider {
    /** For ServiceLoader. */
    public PowerOfTwo() {
      super(
          "power-of-two-picker",
          Stability.BETA,
          "of two candidates at random the one with fewer requests in flight",
          (p, c) -> new PowerOfTwoPicker());
    }
  }

  /** {@code least-request-scorer}. */
  public static final class LeastRequest extends SimpleProvider {
    /** For ServiceLoader. */
    public LeastRequest() {
      super(
          "least-request-scorer",
          Stability.BETA,
          "the fewer requests in flight, the better",
          Costs::leastRequest);
    }
  }

  /** {@code sglang-thresholds-scorer}. */
  public static final class SglangThresholds extends SimpleProvider {
    /** For ServiceLoader. */
    public SglangThresholds() {
      super(
          "sglang-thresholds-scorer",
          Stability.BETA,
          "cache affinity while loads are even, else least requests (SGLang's router)",
          io.igw.plugins.policies.SglangThresholds::of);
    }
  }

  /** {@code dynamo-linear-scorer}. */
  public static final class DynamoLinear extends SimpleProvider {
    /** For ServiceLoader. */
    public DynamoLinear() {
      super(
          "dynamo-linear-scorer",
          Stability.BETA,
          "least KV blocks to prefill and in use (Dynamo's router)",
          Costs::dynamoLinear);
    }
  }

  /** {@code lmetric-scorer}. */
  public static final class Lmetric extends SimpleProvider {
    /** For ServiceLoader. */
    public Lmetric() {
      super(
          "lmetric-scorer",
          Stability.BETA,
          "least uncached tokens times batch (LMetric)",
          Costs::lmetric);
    }
  }

  /** {@code least-load-scorer}. */
  public static final class LeastLoad extends SimpleProvider {
    /** For ServiceLoader. */
    public LeastLoad() {
      super(
          "least-load-scorer",
          Stability.BETA,
          "least seconds of work by the last report and what was routed since (SMG)",
          io.igw.plugins.policies.LeastLoad::of);
    }
  }

  /** {@code prefill-time-scorer}. */
  public static final class PrefillTime extends SimpleProvider {
    /** For ServiceLoader. */
    public PrefillTime() {
      super(
          "prefill-time-scorer",
          Stability.BETA,
          "least seconds of uncached and queued prefill, with a penalty for a full cache",
          Costs::prefillTime);
    }
  }
}

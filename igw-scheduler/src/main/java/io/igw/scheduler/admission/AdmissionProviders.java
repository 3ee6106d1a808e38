package io.igw.scheduler.admission;

import io.igw.spi.SimpleProvider;

/** The providers of admission plugins, one class each since ServiceLoader wants classes. */
public final class AdmissionProviders {
  private AdmissionProviders() {}

  /** {@code probabilistic-admitter}. */
  public static final class Probabilistic extends SimpleProvider {
    /** For ServiceLoader. */
    public Probabilistic() {
      super(
          "probabilistic-admitter",
          Stability.BETA,
          "refuses sheddable requests the likelier the fuller the pool is",
          (p, c) -> ProbabilisticAdmitter.of(p));
    }
  }

  /** {@code latency-slo-admitter}. */
  public static final class LatencySlo extends SimpleProvider {
    /** For ServiceLoader. */
    public LatencySlo() {
      super(
          "latency-slo-admitter",
          Stability.BETA,
          "refuses sheddable requests whose latency objective no endpoint meets",
          LatencySloAdmitter::of);
    }
  }

  /** {@code tenant-quota-admitter}. */
  public static final class Quotas extends SimpleProvider {
    /** For ServiceLoader. */
    public Quotas() {
      super(
          "tenant-quota-admitter",
          Stability.BETA,
          "limits a tenant's requests and tokens per second",
          TenantQuotas::of);
    }
  }

  /** {@code outlier-ejection}. */
  public static final class Outliers extends SimpleProvider {
    /** For ServiceLoader. */
    public Outliers() {
      super(
          "outlier-ejection",
          Stability.BETA,
          "leaves out endpoints that keep failing",
          OutlierEjection::of);
    }
  }

  /** {@code disaggregatedset-rollout-screener}. */
  public static final class Rollout extends SimpleProvider {
    /** For ServiceLoader. */
    public Rollout() {
      super(
          "disaggregatedset-rollout-screener",
          Stability.ALPHA,
          "keeps a request within one revision of a roll-out",
          RolloutScreener::of);
    }
  }
}

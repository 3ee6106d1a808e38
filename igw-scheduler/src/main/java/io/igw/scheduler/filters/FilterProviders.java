package io.igw.scheduler.filters;

import io.igw.spi.SimpleProvider;

/** The providers of filters, one class each since ServiceLoader wants classes. */
public final class FilterProviders {
  private FilterProviders() {}

  /** {@code endpoint-attribute-filter}. */
  public static final class EndpointAttribute extends SimpleProvider {
    /** For ServiceLoader. */
    public EndpointAttribute() {
      super(
          "endpoint-attribute-filter",
          Stability.ALPHA,
          "keeps endpoints one of whose numbers compares as wanted",
          EndpointAttributeFilter::of);
    }
  }

  /** {@code utilization-filter}. */
  public static final class UtilizationLimits extends SimpleProvider {
    /** For ServiceLoader. */
    public UtilizationLimits() {
      super(
          "utilization-filter",
          Stability.ALPHA,
          "keeps endpoints at or below given loads",
          UtilizationFilter::of);
    }
  }

  /** {@code prefix-cache-affinity-filter}. */
  public static final class PrefixCacheAffinity extends SimpleProvider {
    /** For ServiceLoader. */
    public PrefixCacheAffinity() {
      super(
          "prefix-cache-affinity-filter",
          Stability.BETA,
          "keeps endpoints that hold most of the prompt unless they are much slower",
          PrefixCacheAffinityFilter::of);
    }
  }

  /** {@code slo-headroom-tier-filter}. */
  public static final class SloHeadroomTier extends SimpleProvider {
    /** For ServiceLoader. */
    public SloHeadroomTier() {
      super(
          "slo-headroom-tier-filter",
          Stability.BETA,
          "keeps endpoints predicted to meet the latency objectives",
          SloHeadroomTierFilter::of);
    }
  }

  /** {@code topology-affinity-filter}. */
  public static final class TopologyAffinity extends SimpleProvider {
    /** For ServiceLoader. */
    public TopologyAffinity() {
      super(
          "topology-affinity-filter",
          Stability.ALPHA,
          "keeps endpoints close to the request's other endpoint",
          TopologyAffinityFilter::of);
    }
  }

  /** {@code header-based-testing-filter}. */
  public static final class HeaderTesting extends SimpleProvider {
    /** For ServiceLoader. */
    public HeaderTesting() {
      super(
          "header-based-testing-filter",
          Stability.BETA,
          "keeps the endpoints that a header lists; for conformance tests",
          (p, c) -> new HeaderTestingFilter());
    }
  }

  /** {@code context-length-aware}. */
  public static final class ContextLength extends SimpleProvider {
    /** For ServiceLoader. */
    public ContextLength() {
      super(
          "context-length-aware",
          Stability.BETA,
          "sends prompts to endpoints labelled for their length",
          ContextLengthAware::of);
    }
  }

  /** {@code concurrency-detector}. */
  public static final class Concurrency extends SimpleProvider {
    /** For ServiceLoader. */
    public Concurrency() {
      super(
          "concurrency-detector",
          Stability.BETA,
          "saturation by what this picker has in flight; also a filter",
          ConcurrencyDetector::of);
    }
  }
}

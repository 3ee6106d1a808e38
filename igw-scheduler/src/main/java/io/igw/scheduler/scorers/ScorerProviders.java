package io.igw.scheduler.scorers;

import io.igw.scheduler.plugins.NamedSignal;
import io.igw.spi.SimpleProvider;

/** The providers of scorers, one class each since ServiceLoader wants classes. */
public final class ScorerProviders {
  private ScorerProviders() {}

  /** {@code load-aware-scorer}. */
  public static final class LoadAware extends SimpleProvider {
    /** For ServiceLoader. */
    public LoadAware() {
      super(
          "load-aware-scorer",
          Stability.BETA,
          "fewer waiting requests are better, on a fixed scale",
          (p, c) -> LoadAwareScorer.of(p));
    }
  }

  /** {@code endpoint-attribute-scorer}. */
  public static final class EndpointAttribute extends SimpleProvider {
    /** For ServiceLoader. */
    public EndpointAttribute() {
      super(
          "endpoint-attribute-scorer",
          Stability.ALPHA,
          "scores one number of an endpoint between two bounds",
          EndpointAttributeScorer::of);
    }
  }

  /** {@code header-label-affinity-scorer}. */
  public static final class HeaderLabelAffinity extends SimpleProvider {
    /** For ServiceLoader. */
    public HeaderLabelAffinity() {
      super(
          "header-label-affinity-scorer",
          Stability.ALPHA,
          "prefers endpoints whose label has the value of a header",
          (p, c) -> HeaderLabelAffinityScorer.of(p));
    }
  }

  /** {@code topology-affinity-scorer}. */
  public static final class TopologyAffinity extends SimpleProvider {
    /** For ServiceLoader. */
    public TopologyAffinity() {
      super(
          "topology-affinity-scorer",
          Stability.ALPHA,
          "prefers endpoints close to the request's other endpoint",
          TopologyAffinityScorer::of);
    }
  }

  /** {@code mm-embeddings-cache-scorer}. */
  public static final class MmEmbeddingsCache extends SimpleProvider {
    /** For ServiceLoader. */
    public MmEmbeddingsCache() {
      super(
          "mm-embeddings-cache-scorer",
          Stability.BETA,
          "prefers endpoints that hold the embeddings of the media of a request",
          MmEmbeddingsCacheScorer::of);
    }
  }

  /** {@code no-hit-lru-scorer}. */
  public static final class NoHitLru extends SimpleProvider {
    /** For ServiceLoader. */
    public NoHitLru() {
      super(
          "no-hit-lru-scorer",
          Stability.BETA,
          "spreads prompts that no endpoint holds",
          NoHitLruScorer::of);
    }
  }

  /** {@code latency-scorer}. */
  public static final class Latency extends SimpleProvider {
    /** For ServiceLoader. */
    public Latency() {
      super(
          "latency-scorer",
          Stability.BETA,
          "prefers by predicted latency against objectives",
          LatencyScorer::of);
    }
  }

  /** {@code multicluster-queue-scorer}. */
  public static final class MulticlusterQueue extends SimpleProvider {
    /** For ServiceLoader. */
    public MulticlusterQueue() {
      super(
          "multicluster-queue-scorer",
          Stability.ALPHA,
          "prefers clusters with shorter queues",
          (p, c) ->
              EndpointAttributeScorer.adaptive(
                  NamedSignal.ofAny("llm-d.ai/multicluster-queue-size", c), true));
    }
  }

  /** {@code multicluster-kv-cache-utilization-scorer}. */
  public static final class MulticlusterKvCache extends SimpleProvider {
    /** For ServiceLoader. */
    public MulticlusterKvCache() {
      super(
          "multicluster-kv-cache-utilization-scorer",
          Stability.ALPHA,
          "prefers clusters with emptier KV caches",
          (p, c) ->
              EndpointAttributeScorer.fixed(
                  NamedSignal.ofAny("llm-d.ai/multicluster-kv-cache-utilization", c), true, 0, 1));
    }
  }
}

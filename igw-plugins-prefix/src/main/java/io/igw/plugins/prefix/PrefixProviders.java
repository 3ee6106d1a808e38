package io.igw.plugins.prefix;

import io.igw.spi.SimpleProvider;

/** The providers of this module, one class each since ServiceLoader wants classes. */
public final class PrefixProviders {
  private PrefixProviders() {}

  /** {@code burst-prefix-cache-producer}. */
  public static final class Burst extends SimpleProvider {
    /** For ServiceLoader. */
    public Burst() {
      super(
          BurstPrefixCacheProducer.TYPE,
          Stability.ALPHA,
          "sends the requests of a burst that share a prompt to one endpoint",
          BurstPrefixCacheProducer::of);
    }
  }

  /** {@code mm-embeddings-cache-producer}. */
  public static final class MmEmbeddings extends SimpleProvider {
    /** For ServiceLoader. */
    public MmEmbeddings() {
      super(
          MmEmbeddingsCacheProducer.TYPE,
          Stability.BETA,
          "tells which endpoints hold the embeddings of the media of a request",
          MmEmbeddingsCacheProducer::of);
    }
  }

  /** {@code approx-prefix-cache-producer}. */
  public static final class Approx extends SimpleProvider {
    /** For ServiceLoader. */
    public Approx() {
      super(
          ApproxPrefixCacheProducer.TYPE,
          Stability.BETA,
          "tells how much of the prompt was sent to each endpoint before",
          ApproxPrefixCacheProducer::of);
    }
  }

  /** {@code multicluster-approx-prefix-cache-producer}: the same, for clusters. */
  public static final class MulticlusterApprox extends SimpleProvider {
    /** For ServiceLoader. */
    public MulticlusterApprox() {
      super(
          "multicluster-approx-prefix-cache-producer",
          Stability.ALPHA,
          "the same as approx-prefix-cache-producer, for clusters",
          ApproxPrefixCacheProducer::of);
    }
  }

  /** {@code prefix-cache-scorer}. */
  public static final class Scorer extends SimpleProvider {
    /** For ServiceLoader. */
    public Scorer() {
      super(
          PrefixCacheScorer.TYPE,
          Stability.BETA,
          "prefers endpoints that hold much of the prompt",
          (parameters, context) ->
              PrefixCacheScorer.of(parameters, context, ApproxPrefixCacheProducer.TYPE));
    }
  }

  /** {@code multicluster-prefix-cache-scorer}: the same, for clusters. */
  public static final class MulticlusterScorer extends SimpleProvider {
    /** For ServiceLoader. */
    public MulticlusterScorer() {
      super(
          "multicluster-prefix-cache-scorer",
          Stability.ALPHA,
          "the same as prefix-cache-scorer, for clusters",
          (parameters, context) ->
              PrefixCacheScorer.of(
                  parameters, context, "multicluster-approx-prefix-cache-producer"));
    }
  }

  /** {@code p2p-source-producer}. */
  public static final class P2pSource extends SimpleProvider {
    /** For ServiceLoader. */
    public P2pSource() {
      super(
          P2pSourceProducer.TYPE,
          Stability.ALPHA,
          "names an endpoint from which the picked one may fetch the KV cache",
          P2pSourceProducer::of);
    }
  }
}

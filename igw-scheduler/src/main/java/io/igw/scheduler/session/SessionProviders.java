package io.igw.scheduler.session;

import io.igw.spi.SimpleProvider;

/** The providers of session plugins, one class each since ServiceLoader wants classes. */
public final class SessionProviders {
  private SessionProviders() {}

  /** {@code session-affinity-filter}. */
  public static final class AffinityFilter extends SimpleProvider {
    /** For ServiceLoader. */
    public AffinityFilter() {
      super(
          "session-affinity-filter",
          Stability.ALPHA,
          "keeps the endpoint that a client belongs to",
          SessionAffinity::filter);
    }
  }

  /** {@code multicluster-session-affinity-filter}. */
  public static final class MulticlusterAffinityFilter extends SimpleProvider {
    /** For ServiceLoader. */
    public MulticlusterAffinityFilter() {
      super(
          "multicluster-session-affinity-filter",
          Stability.ALPHA,
          "the same as session-affinity-filter, for clusters",
          SessionAffinity::filter);
    }
  }

  /** {@code session-affinity-scorer}. */
  public static final class AffinityScorer extends SimpleProvider {
    /** For ServiceLoader. */
    public AffinityScorer() {
      super(
          "session-affinity-scorer",
          Stability.ALPHA,
          "prefers the endpoint that a client belongs to",
          SessionAffinity::scorer);
    }
  }

  /** {@code session-id-producer}. */
  public static final class SessionId extends SimpleProvider {
    /** For ServiceLoader. */
    public SessionId() {
      super(
          "session-id-producer",
          Stability.BETA,
          "finds the session id in a header or cookie",
          SessionIdProducer::of);
    }
  }

  /** {@code agent-identity}. */
  public static final class Agent extends SimpleProvider {
    /** For ServiceLoader. */
    public Agent() {
      super(
          "agent-identity",
          Stability.ALPHA,
          "finds which agent a request comes from, as its tenant",
          AgentIdentity::of);
    }
  }
}

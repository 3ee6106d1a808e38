package io.igw.scheduler.plugins;

import io.igw.api.Signal;
import io.igw.spi.Parameters;
import io.igw.spi.SimpleProvider;

/** The providers of the built-in types, one class each since ServiceLoader wants classes. */
public final class BuiltInProvider {
  private BuiltInProvider() {}

  /** How many endpoints a picker returns; values below 1 mean 1, as in the reference. */
  private static int endpoints(Parameters parameters) {
    return Math.max(
        1, parameters.integer("maxNumOfEndpoints", 1, Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  private static double absent(Parameters parameters) {
    return AbsentNumbers.read(parameters, AbsentNumbers.MEAN);
  }

  /** {@code queue-scorer}. */
  public static final class QueueScorer extends SimpleProvider {
    /** For ServiceLoader. */
    public QueueScorer() {
      super(
          "queue-scorer",
          Stability.BETA,
          "the fewer requests wait, the better",
          (p, c) -> new SpreadScorer(Signal.WAITING_REQUESTS, absent(p)));
    }
  }

  /** {@code running-requests-size-scorer}. */
  public static final class RunningRequestsScorer extends SimpleProvider {
    /** For ServiceLoader. */
    public RunningRequestsScorer() {
      super(
          "running-requests-size-scorer",
          Stability.BETA,
          "the fewer requests run, the better",
          (p, c) -> new SpreadScorer(Signal.RUNNING_REQUESTS, absent(p)));
    }
  }

  /** {@code kv-cache-utilization-scorer}. */
  public static final class KvCacheUtilizationScorer extends SimpleProvider {
    /** For ServiceLoader. */
    public KvCacheUtilizationScorer() {
      super(
          "kv-cache-utilization-scorer",
          Stability.BETA,
          "the emptier the KV cache, the better",
          (p, c) -> new KvCacheScorer(absent(p)));
    }
  }

  /** {@code active-request-scorer}. */
  public static final class ActiveRequests extends SimpleProvider {
    /** For ServiceLoader. */
    public ActiveRequests() {
      super(
          "active-request-scorer",
          Stability.BETA,
          "the fewer requests this picker has in flight there, the better",
          ActiveRequestScorer::of);
    }
  }

  /** {@code token-load-scorer}. */
  public static final class TokenLoad extends SimpleProvider {
    /** For ServiceLoader. */
    public TokenLoad() {
      super(
          "token-load-scorer",
          Stability.BETA,
          "the fewer tokens in flight there, the better",
          TokenLoadScorer::of);
    }
  }

  /** {@code max-score-picker}. */
  public static final class MaxScore extends SimpleProvider {
    /** For ServiceLoader. */
    public MaxScore() {
      super(
          "max-score-picker",
          Stability.BETA,
          "picks the best total",
          (p, c) -> new TopPicker(endpoints(p)));
    }
  }

  /** {@code random-picker}. */
  public static final class Random extends SimpleProvider {
    /** For ServiceLoader. */
    public Random() {
      super(
          "random-picker",
          Stability.BETA,
          "picks at random",
          (p, c) -> new RandomPicker(endpoints(p)));
    }
  }

  /** {@code weighted-random-picker}. */
  public static final class WeightedRandom extends SimpleProvider {
    /** For ServiceLoader. */
    public WeightedRandom() {
      super(
          "weighted-random-picker",
          Stability.BETA,
          "picks at random in proportion to totals",
          (p, c) -> new WeightedRandomPicker(endpoints(p)));
    }
  }

  /** {@code single-profile-handler}. */
  public static final class SingleProfile extends SimpleProvider {
    /** For ServiceLoader. */
    public SingleProfile() {
      super(
          "single-profile-handler",
          Stability.BETA,
          "runs the only profile",
          (p, c) -> new SingleProfileHandler());
    }
  }

  /** {@code utilization-detector}. */
  public static final class Utilization extends SimpleProvider {
    /** For ServiceLoader. */
    public Utilization() {
      super(
          "utilization-detector",
          Stability.BETA,
          "saturation by queue and KV cache; also a filter",
          (p, c) -> UtilizationDetector.of(p));
    }
  }

  /** {@code inflight-load-producer}. */
  public static final class InFlightLoad extends SimpleProvider {
    /** For ServiceLoader. */
    public InFlightLoad() {
      super(
          "inflight-load-producer",
          Stability.BETA,
          "tells the tokens that a request would add to each endpoint",
          InFlightLoadProducer::of);
    }
  }

  /** {@code token-producer}. */
  public static final class Tokens extends SimpleProvider {
    /** For ServiceLoader. */
    public Tokens() {
      super(
          "token-producer", Stability.BETA, "estimates the tokens of a prompt", TokenProducer::new);
    }
  }

  /** {@code tokenizer}, the older name of {@code token-producer}. */
  public static final class Tokenizer extends SimpleProvider {
    /** For ServiceLoader. */
    public Tokenizer() {
      super("tokenizer", Stability.BETA, "older name of token-producer", TokenProducer::new);
    }
  }
}

package io.igw.scheduler.plugins;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import java.util.function.BiFunction;

/** The providers of the built-in types, one class each since ServiceLoader wants classes. */
public abstract class BuiltInProvider implements PluginProvider {
  private final String type;
  private final BiFunction<Parameters, PluginContext, Plugin> create;

  private BuiltInProvider(String type, BiFunction<Parameters, PluginContext, Plugin> create) {
    this.type = type;
    this.create = create;
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    return create.apply(parameters, context);
  }

  /** How many endpoints a picker returns; values below 1 mean 1, as in the reference. */
  private static int endpoints(Parameters parameters) {
    return Math.max(
        1, parameters.integer("maxNumOfEndpoints", 1, Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  /** {@code queue-scorer}. */
  public static final class QueueScorer extends BuiltInProvider {
    /** For ServiceLoader. */
    public QueueScorer() {
      super("queue-scorer", (p, c) -> BuiltInPlugins.queueScorer());
    }
  }

  /** {@code running-requests-size-scorer}. */
  public static final class RunningRequestsScorer extends BuiltInProvider {
    /** For ServiceLoader. */
    public RunningRequestsScorer() {
      super("running-requests-size-scorer", (p, c) -> BuiltInPlugins.runningRequestsScorer());
    }
  }

  /** {@code kv-cache-utilization-scorer}. */
  public static final class KvCacheUtilizationScorer extends BuiltInProvider {
    /** For ServiceLoader. */
    public KvCacheUtilizationScorer() {
      super("kv-cache-utilization-scorer", (p, c) -> BuiltInPlugins.kvCacheUtilizationScorer());
    }
  }

  /** {@code active-request-scorer}. */
  public static final class ActiveRequests extends BuiltInProvider {
    /** For ServiceLoader. */
    public ActiveRequests() {
      super("active-request-scorer", ActiveRequestScorer::of);
    }
  }

  /** {@code token-load-scorer}. */
  public static final class TokenLoad extends BuiltInProvider {
    /** For ServiceLoader. */
    public TokenLoad() {
      super("token-load-scorer", TokenLoadScorer::of);
    }
  }

  /** {@code max-score-picker}. */
  public static final class MaxScore extends BuiltInProvider {
    /** For ServiceLoader. */
    public MaxScore() {
      super("max-score-picker", (p, c) -> new TopPicker(endpoints(p)));
    }
  }

  /** {@code random-picker}. */
  public static final class Random extends BuiltInProvider {
    /** For ServiceLoader. */
    public Random() {
      super("random-picker", (p, c) -> new RandomPicker(endpoints(p)));
    }
  }

  /** {@code weighted-random-picker}. */
  public static final class WeightedRandom extends BuiltInProvider {
    /** For ServiceLoader. */
    public WeightedRandom() {
      super("weighted-random-picker", (p, c) -> new WeightedRandomPicker(endpoints(p)));
    }
  }

  /** {@code single-profile-handler}. */
  public static final class SingleProfile extends BuiltInProvider {
    /** For ServiceLoader. */
    public SingleProfile() {
      super("single-profile-handler", (p, c) -> new SingleProfileHandler());
    }
  }

  /** {@code utilization-detector}. */
  public static final class Utilization extends BuiltInProvider {
    /** For ServiceLoader. */
    public Utilization() {
      super("utilization-detector", (p, c) -> UtilizationDetector.of(p));
    }
  }

  /** {@code inflight-load-producer}. */
  public static final class InFlightLoad extends BuiltInProvider {
    /** For ServiceLoader. */
    public InFlightLoad() {
      super("inflight-load-producer", InFlightLoadProducer::of);
    }
  }

  /** {@code token-producer}. */
  public static final class Tokens extends BuiltInProvider {
    /** For ServiceLoader. */
    public Tokens() {
      super("token-producer", TokenProducer::new);
    }
  }
}

package io.igw.scheduler.filters;

import io.igw.api.Endpoint;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How close two endpoints are, by the labels that Kubernetes puts on nodes and pods
 * (plugins-scheduling.md 2.8, 3.10). Pure.
 */
public final class Topology {
  /** What two endpoints have in common, from the tightest on. */
  public enum Level {
    /** The same node. */
    HOST("kubernetes.io/hostname", 1),
    /** The same rack. */
    RACK("topology.kubernetes.io/rack", 0.2),
    /** The same zone. */
    ZONE("topology.kubernetes.io/zone", 0.05),
    /** The same region. */
    REGION("topology.kubernetes.io/region", 0.02);

    private final String label;
    private final double score;

    Level(String label, double score) {
      this.label = label;
      this.score = score;
    }

    /** The label that tells it. */
    public String label() {
      return label;
    }

    /** What it is worth. */
    public double score() {
      return score;
    }
  }

  /** Name of the request's other endpoint, set between the stages of a disaggregated request. */
  public static final String PEER = "peer-endpoint/disagg-profile-handler";

  /** In place of values(), which copies. */
  private static final Level[] LEVELS = Level.values();

  private Topology() {}

  /** The key of {@link #PEER}. */
  public static RequestKey<Endpoint> peer(PluginContext context) {
    return context.requestKey(PEER, Endpoint.class);
  }

  /** The tightest level that two endpoints share, null if they share none. */
  public static @Nullable Level common(Map<String, String> one, Map<String, String> other) {
    for (Level level : LEVELS) {
      String value = one.get(level.label);
      if (value != null && !value.isEmpty() && value.equals(other.get(level.label))) {
        return level;
      }
    }
    return null;
  }
}

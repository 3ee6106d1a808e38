package io.igw.runtime.resources;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule of an InferenceModelRewrite: the models that take the place of a matching one, each with
 * a probability of its weight over the sum of weights (rules K-RW-4 and K-RW-5). Immutable.
 */
public final class RewriteRule {
  private static final double UNIT = 0x1.0p-53;

  private final String name;
  private final String[] targets;

  /** Sums of weights up to and including each target. */
  private final long[] upTo;

  /**
   * A target.
   *
   * @param model not empty
   * @param weight null if none is given
   */
  record Target(String model, @Nullable Integer weight) {}

  /** A rule of the object with that name; if any target has a weight, those without get nothing. */
  RewriteRule(String name, List<Target> targets) {
    this.name = name;
    this.targets = new String[targets.size()];
    this.upTo = new long[targets.size()];
    boolean weighted = targets.stream().anyMatch(target -> target.weight() != null);
    long sum = 0;
    for (int i = 0; i < this.targets.length; i++) {
      Integer weight = targets.get(i).weight();
      sum += weight != null ? weight : weighted ? 0 : 1;
      this.targets[i] = targets.get(i).model();
      upTo[i] = sum;
    }
  }

  /** Name of the InferenceModelRewrite. */
  public String name() {
    return name;
  }

  /** The targets, in the order of the rule. */
  List<String> targets() {
    return List.of(targets);
  }

  /**
   * The model for one request. Allocates nothing.
   *
   * @param random 64 random bits; equal bits, equal model
   */
  public String target(long random) {
    long point = (long) ((random >>> 11) * UNIT * upTo[upTo.length - 1]);
    int at = 0;
    while (upTo[at] <= point) {
      at++;
    }
    return targets[at];
  }
}

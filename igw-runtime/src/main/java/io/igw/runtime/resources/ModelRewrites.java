package io.igw.runtime.resources;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of all InferenceModelRewrites, by precedence (kubernetes.md 5, rule K-RW-2): an exact
 * match before a rule that matches all, then the oldest object, then the order within an object.
 * Objects of equal age go by name, so that all replicas agree; one without a timestamp is the
 * youngest. Immutable.
 */
public final class ModelRewrites {
  static final ModelRewrites NONE = new ModelRewrites(List.of());

  private static final Comparator<Rewrite> PRECEDENCE =
      Comparator.comparing((Rewrite rewrite) -> rewrite.created())
          .thenComparing(Rewrite::name)
          .thenComparing(Rewrite::namespace);

  private final Map<String, RewriteRule> exact = new HashMap<>();
  private final @Nullable RewriteRule all;
  private final Set<String> models = new HashSet<>();

  /**
   * One object.
   *
   * @param created {@link Instant#MAX} if unknown
   */
  record Rewrite(String name, String namespace, Instant created, List<Rule> rules) {}

  /**
   * One rule of an object.
   *
   * @param models that it matches; none: all
   */
  record Rule(List<String> models, RewriteRule targets) {}

  ModelRewrites(List<Rewrite> rewrites) {
    List<Rewrite> ordered = new ArrayList<>(rewrites);
    ordered.sort(PRECEDENCE);
    RewriteRule first = null;
    for (Rewrite rewrite : ordered) {
      for (Rule rule : rewrite.rules()) {
        if (rule.models().isEmpty() && first == null) {
          first = rule.targets();
        }
        rule.models().forEach(model -> exact.putIfAbsent(model, rule.targets()));
        models.addAll(rule.models());
        models.addAll(rule.targets().targets());
      }
    }
    this.all = first;
  }

  /** The rule for an incoming model, null if none matches; no model matches what matches all. */
  public @Nullable RewriteRule rule(@Nullable String model) {
    RewriteRule rule = model == null ? null : exact.get(model);
    return rule != null ? rule : all;
  }

  /** Whether there is no rule. */
  public boolean isEmpty() {
    return exact.isEmpty() && all == null;
  }

  /** Every model that a rule names. */
  public Set<String> models() {
    return Set.copyOf(models);
  }
}

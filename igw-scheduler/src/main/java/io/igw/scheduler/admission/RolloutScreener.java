package io.igw.scheduler.admission;

import io.igw.api.Decision;
import io.igw.api.Derived;
import io.igw.api.EndpointSnapshot;
import io.igw.scheduler.admission.RolloutShares.Mode;
import io.igw.scheduler.filters.LabelSelector;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.ReadinessCheck;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import io.igw.spi.Screener;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a request within one revision of a roll-out whose roles must fit together
 * (plugins-request-control.md 5): each gets traffic by its share of the endpoints, once every
 * required role has one. Headers can ask for endpoints by label; the response tells what it was
 * served by. Type {@code disaggregatedset-rollout-screener}.
 *
 * <p>Not ready before a revision has been complete for the first time: no request could be served.
 *
 * <p><b>Threading.</b> Shares follow from the snapshot, once for each. <b>Cost.</b> Two passes over
 * the candidates.
 */
final class RolloutScreener implements Screener, ResponseObserver, ReadinessCheck {
  /**
   * A header that asks for a label's value.
   *
   * @param noMatch requests for a value that no endpoint had
   */
  private record Selector(String header, String label, boolean strict, LongAdder noMatch) {}

  private final List<Selector> selectors;
  private final @Nullable Derived<RolloutShares> shares;

  /** Whether some revision was complete once; it does not become false again. */
  private volatile boolean seen;

  /** Shares of the snapshot that was looked at last, for the metrics. */
  private volatile Map<String, Double> latest = Map.of();

  private RolloutScreener(List<Selector> selectors, @Nullable Derived<RolloutShares> shares) {
    this.selectors = selectors;
    this.shares = shares;
  }

  static RolloutScreener of(Parameters parameters, PluginContext context) {
    Parameters scope = parameters.object("scope");
    Predicate<Map<String, String>> inScope = labels -> false;
    String selector = scope.text("labelSelector", "");
    if (selector.isBlank()) {
      scope.reject("labelSelector", "a label selector such as app=llm");
    } else {
      try {
        inScope = LabelSelector.parse(selector);
      } catch (IllegalArgumentException e) {
        scope.reject("labelSelector", "a label selector, not " + e.getMessage());
      }
    }
    Parameters gating = parameters.object("revisionGating");
    String mode = gating.oneOf("mode", "", "sum", "max-role", "disabled");
    String revision = gating.text("revisionLabelKey", "disaggregatedset.x-k8s.io/revision");
    String role = gating.text("roleLabelKey", "disaggregatedset.x-k8s.io/role");
    List<String> required = gating.object("requireRoles").texts("values");
    boolean gated = !mode.equals("disabled");
    boolean distinct = new HashSet<>(required).size() == required.size();
    if (gated && (required.isEmpty() || !distinct || required.contains(""))) {
      gating.reject("requireRoles", "{values: one or more distinct roles}");
    }
    Mode by = mode.equals("max-role") ? Mode.MAX_ROLE : Mode.SUM;
    RolloutShares.Rules rules = new RolloutShares.Rules(inScope, revision, role, required, by);
    RolloutScreener screener =
        new RolloutScreener(
            selectors(parameters, context),
            gated ? Derived.of(snapshot -> RolloutShares.of(snapshot, rules)) : null);
    if (gated) {
      context
          .meters()
          .gauges(
              "llm_d_epp_disaggregatedset_revision_gating_share",
              "Part of the traffic that a revision gets; 0 while it lacks a required role.",
              "revision",
              () -> screener.latest,
              "mode",
              mode);
    }
    return screener;
  }

  private static List<Selector> selectors(Parameters parameters, PluginContext context) {
    List<Selector> selectors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> headers = new HashSet<>();
    for (Parameters entry : parameters.list("headerSelectors")) {
      String name = entry.text("name", "");
      String header = entry.text("headerName", "").toLowerCase(Locale.ROOT);
      String label = entry.text("labelKey", "");
      String mode = entry.oneOf("mode", "", "strict", "prefer");
      boolean named = !name.isEmpty() && names.add(name);
      if (!named) {
        entry.reject("name", "a name not used before");
      }
      if (header.isEmpty() || !headers.add(header)) {
        entry.reject("headerName", "a header not used before");
      }
      if (label.isEmpty()) {
        entry.reject("labelKey", "the name of a label");
      }
      LongAdder noMatch =
          named
              ? context
                  .meters()
                  .counter(
                      "llm_d_epp_disaggregatedset_strict_header_no_match",
                      "Requests with a strict header whose value no endpoint had.",
                      "selector",
                      name)
              : new LongAdder();
      selectors.add(new Selector(header, label, mode.equals("strict"), noMatch));
    }
    return List.copyOf(selectors);
  }

  @Override
  public void screen(Cycle cycle, Candidates candidates) {
    EndpointSnapshot snapshot = cycle.snapshot();
    boolean asked = false;
    for (Selector selector : selectors) {
      asked |= selector.strict() && wanted(cycle, selector) != null;
    }
    if (shares != null) {
      RolloutShares known = known(snapshot, shares);
      int drawn = asked ? RolloutShares.ANY : known.draw(candidates, cycle.random());
      candidates.retainIf(i -> known.allows(candidates.ordinal(i), drawn));
      if (candidates.size() == 0) {
        return;
      }
    }
    for (Selector selector : selectors) {
      String wanted = selector.strict() ? wanted(cycle, selector) : null;
      if (wanted != null) {
        candidates.retainIf(i -> {
          Map<String, String> labels = snapshot.endpoint(candidates.ordinal(i)).labels();
          return wanted.equals(labels.get(selector.label()));
        });
        if (candidates.size() == 0) {
          selector.noMatch().increment();
          return;
        }
      }
    }
  }

  @Override
  public @Nullable String notReady(EndpointSnapshot snapshot) {
    if (shares == null) {
      return null;
    }
    boolean any = known(snapshot, shares).any();
    if (any && !seen) {
      seen = true;
    }
    return seen ? null : "no revision has endpoints of every required role yet";
  }

  private RolloutShares known(EndpointSnapshot snapshot, Derived<RolloutShares> from) {
    RolloutShares known = snapshot.derived(from);
    if (latest != known.byName()) {
      latest = known.byName();
    }
    return known;
  }

  private static @Nullable String wanted(Cycle cycle, Selector selector) {
    String value = cycle.request().header(selector.header());
    return value == null || value.isBlank() ? null : value.trim();
  }

  @Override
  public Set<Event> interests() {
    return selectors.isEmpty() ? Set.of() : Set.of(Event.HEADERS);
  }

  @Override
  public void on(Event event, RequestState state, Decision decision, Response response) {
    for (Selector selector : selectors) {
      String value = decision.endpoint().labels().get(selector.label());
      if (value != null && !value.isEmpty()) {
        response.header(selector.header(), value);
      }
    }
  }
}

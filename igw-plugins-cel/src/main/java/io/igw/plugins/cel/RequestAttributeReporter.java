package io.igw.plugins.cel;

import dev.cel.runtime.CelEvaluationException;
import io.igw.api.Decision;
import io.igw.api.Usage;
import io.igw.plugins.cel.Expression.Kind;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes numbers computed from a response's usage into the dynamic metadata of its last reply, for
 * the data plane's load balancer or rate limiter (plugins-request-control.md 7.1). Type {@code
 * request-attribute-reporter}.
 *
 * <p>Unlike the reference's it takes several attributes, reports zero and fractions, knows {@code
 * model} and {@code endpoint} beside {@code usage}, and evaluates once, at the end of the response.
 * A condition that does not hold reports nothing; an expression that fails (a count that the server
 * did not tell) reports nothing and is logged once a minute.
 *
 * <p><b>Threading.</b> Any thread. <b>Cost.</b> Nothing until a response ends.
 */
final class RequestAttributeReporter implements ResponseObserver {
  private static final Logger LOG = System.getLogger(RequestAttributeReporter.class.getName());
  private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** One number: where it goes, and what it is. */
  private record Attribute(
      String namespace, String name, Expression value, @Nullable Expression condition) {}

  private final String plugin;
  private final List<Attribute> attributes;
  private final LongSupplier clock;
  private final AtomicLong nextLog;

  private RequestAttributeReporter(
      PluginContext context, List<Attribute> attributes, LongSupplier clock) {
    this.plugin = context.name();
    this.attributes = List.copyOf(attributes);
    this.clock = clock;
    this.nextLog = new AtomicLong(clock.getAsLong());
  }

  static RequestAttributeReporter of(Parameters parameters, PluginContext context) {
    List<Attribute> attributes = new ArrayList<>();
    List<Parameters> entries = parameters.list("attributes");
    if (entries.isEmpty()) {
      parameters.reject("attributes", "a list with at least one attribute");
    }
    for (Parameters entry : entries) {
      Attribute attribute = attribute(entry);
      if (attribute != null) {
        attributes.add(attribute);
      }
    }
    return new RequestAttributeReporter(context, attributes, System::nanoTime);
  }

  private static @Nullable Attribute attribute(Parameters entry) {
    Parameters key = entry.object("key");
    String namespace = key.text("namespace", "envoy.lb");
    String name = key.text("name", "");
    if (name.isEmpty()) {
      key.reject("name", "the name of the attribute");
    }
    if (entry.text("expression", "").isBlank()) {
      entry.reject("expression", "an expression of CEL that yields a number");
    }
    Expression value = Expression.read(entry, "expression", Kind.NUMBER);
    Expression condition = Expression.read(entry, "condition", Kind.BOOLEAN);
    return value == null ? null : new Attribute(namespace, name, value, condition);
  }

  @Override
  public Set<Event> interests() {
    return Set.of(Event.END);
  }

  @Override
  public void on(Event event, RequestState state, Decision decision, Response response) {
    Map<String, Object> variables =
        Map.of(
            "usage", usage(response.usage()),
            "model", response.model(),
            "endpoint", decision.endpoint().hostPort());
    for (Attribute attribute : attributes) {
      try {
        report(attribute, variables, response);
      } catch (CelEvaluationException e) {
        log(attribute, e.getMessage());
      }
    }
  }

  private void report(Attribute attribute, Map<String, Object> variables, Response response)
      throws CelEvaluationException {
    Expression condition = attribute.condition();
    if (condition != null && !Boolean.TRUE.equals(condition.evaluate(variables))) {
      return;
    }
    Object value = attribute.value().evaluate(variables);
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      response.metadata(attribute.namespace(), attribute.name(), number.doubleValue());
    } else {
      log(attribute, "not a finite number");
    }
  }

  /** What the server told, and nothing else, so that {@code has} tells the difference. */
  private static Map<String, Object> usage(Usage usage) {
    Map<String, Object> counts = new HashMap<>();
    put(counts, "prompt_tokens", usage.promptTokens());
    put(counts, "completion_tokens", usage.completionTokens());
    if (usage.promptTokens() >= 0 && usage.completionTokens() >= 0) {
      put(counts, "total_tokens", usage.promptTokens() + usage.completionTokens());
    }
    if (usage.cachedTokens() >= 0) {
      counts.put("prompt_tokens_details", Map.of("cached_tokens", (double) usage.cachedTokens()));
    }
    if (usage.reasoningTokens() >= 0) {
      counts.put(
          "completion_tokens_details",
          Map.of("reasoning_tokens", (double) usage.reasoningTokens()));
    }
    return counts;
  }

  private static void put(Map<String, Object> counts, String name, long count) {
    if (count >= 0) {
      counts.put(name, (double) count);
    }
  }

  private void log(Attribute attribute, @Nullable String why) {
    long now = clock.getAsLong();
    long due = nextLog.get();
    if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_NANOS)) {
      LOG.log(
          Level.WARNING,
          "{0}: attribute {1}/{2} is not reported: {3}",
          plugin,
          attribute.namespace(),
          attribute.name(),
          why);
    }
  }
}

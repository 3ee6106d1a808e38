package io.igw.runtime.resources;

import io.igw.runtime.resources.ModelRewrites.Rewrite;
import io.igw.runtime.resources.ModelRewrites.Rule;
import io.igw.runtime.resources.RewriteRule.Target;
import io.igw.runtime.yaml.ObjectReader;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import io.igw.runtime.yaml.YamlReader;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects as Kubernetes has them, one or several documents to a file, or a {@code List}
 * (kubernetes.md 4 and 5). Unknown fields are errors, since there is no schema that would drop them
 * before; metadata and status may hold anything.
 */
final class ResourceReader {
  private static final String NEW_GROUP = "llm-d.ai";
  private static final String OLD_GROUP = "inference.networking.x-k8s.io";
  private static final String VERSION = "/v1alpha2";
  private static final String OBJECTIVE = "InferenceObjective";
  private static final String REWRITE = "InferenceModelRewrite";
  private static final int MAX_WEIGHT = 1_000_000;
  private static final int MIN_PRIORITY = Integer.MIN_VALUE;
  private static final int MAX_PRIORITY = Integer.MAX_VALUE;

  private final Problems problems;
  private final ResourceCollector into;

  private ResourceReader(Problems problems, ResourceCollector into) {
    this.problems = problems;
    this.into = into;
  }

  /** Reads a file's text; what is wrong with it goes to the problems. */
  static void read(String text, Problems problems, ResourceCollector into) {
    if (text.isBlank()) {
      // Half-written files are empty for a moment; that must not drop everything.
      problems.error(
          Place.NONE, "empty (expected: objects, or a comment that says there are none)");
      return;
    }
    ResourceReader reader = new ResourceReader(problems, into);
    for (YamlNode.Mapping root : YamlReader.readAll(text, problems)) {
      reader.object(new ObjectReader(root, problems));
    }
  }

  private void object(ObjectReader object) {
    String version = object.text("apiVersion");
    String kind = object.text("kind");
    if ("List".equals(kind) && "v1".equals(version)) {
      object.value("metadata");
      object.objects("items").forEach(this::object);
      object.end();
      return;
    }
    boolean objective = OBJECTIVE.equals(kind);
    if (!objective && !REWRITE.equals(kind)) {
      expected(object, "kind", kind, OBJECTIVE + " or " + REWRITE);
      return;
    }
    boolean newGroup = (NEW_GROUP + VERSION).equals(version);
    if (!newGroup && !(OLD_GROUP + VERSION).equals(version)) {
      expected(object, "apiVersion", version, NEW_GROUP + VERSION + " or " + OLD_GROUP + VERSION);
      return;
    }
    ObjectReader metadata = required(object, "metadata");
    ObjectReader spec = required(object, "spec");
    object.value("status");
    object.end();
    if (metadata == null || spec == null) {
      return;
    }
    String name = nonEmpty(metadata, "name");
    String namespace = Objects.requireNonNullElse(metadata.text("namespace"), "");
    Instant created = created(metadata);
    boolean ours = pool(required(spec, "poolRef"), namespace);
    if (objective) {
      int priority = priority(spec);
      spec.end();
      if (name != null && ours) {
        into.objective(name, newGroup, priority, metadata.place("name"), problems);
      }
    } else {
      List<Rule> rules = rules(Objects.requireNonNullElse(name, ""), spec);
      spec.end();
      if (name != null && ours) {
        Rewrite rewrite = new Rewrite(name, namespace, created, rules);
        into.rewrite(rewrite, newGroup, metadata.place("name"), problems);
      }
    }
    if (!ours) {
      into.leftOut();
    }
  }

  private void expected(ObjectReader object, String field, @Nullable String value, String what) {
    if (value != null || !object.has(field)) {
      String shown = value == null ? "missing" : "'" + value + "'";
      problems.error(object.place(field), shown + " (expected: " + what + ")");
    }
  }

  private @Nullable ObjectReader required(ObjectReader parent, String field) {
    ObjectReader child = parent.object(field);
    if (child == null && !parent.has(field)) {
      problems.error(parent.place(field), "missing (expected: an object)");
    }
    return child;
  }

  private @Nullable String nonEmpty(ObjectReader parent, String field) {
    String text = parent.text(field);
    if (text == null && !parent.has(field) || text != null && text.isEmpty()) {
      problems.error(
          parent.place(field), (text == null ? "missing" : "''") + " (expected: a text)");
      return null;
    }
    return text;
  }

  private Instant created(ObjectReader metadata) {
    String text = metadata.text("creationTimestamp");
    if (text == null) {
      return Instant.MAX;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      problems.error(
          metadata.place("creationTimestamp"),
          "'" + text + "' (expected: a time such as 2026-01-31T12:00:00Z)");
      return Instant.MAX;
    }
  }

  /** Whether the reference is to the pool that is served. */
  private boolean pool(@Nullable ObjectReader reference, String namespace) {
    if (reference == null) {
      return true;
    }
    String group = reference.text("group");
    reference.text("kind");
    String name = nonEmpty(reference, "name");
    reference.end();
    return name == null
        || into.scope()
            .includes(namespace, name, Objects.requireNonNullElse(group, PoolScope.DEFAULT_GROUP));
  }

  /** What is valid by the schema and too large is cut off: one object must not stop the others. */
  private int priority(ObjectReader spec) {
    YamlNode value = spec.value("priority");
    Object number = value instanceof YamlNode.Scalar scalar ? scalar.value() : null;
    long priority = 0;
    if (number instanceof Long whole) {
      priority = whole;
    } else if (number instanceof BigInteger large) {
      priority = large.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    } else if (value != null) {
      problems.error(value.place(), value.shown() + " (expected: a whole number)");
    }
    int cut = (int) Math.max(MIN_PRIORITY, Math.min(MAX_PRIORITY, priority));
    if (value != null && cut != priority) {
      problems.warning(
          value.place(),
          value.shown()
              + " (expected: "
              + MIN_PRIORITY
              + ".."
              + MAX_PRIORITY
              + "; "
              + cut
              + " is used)");
    }
    return cut;
  }

  private List<Rule> rules(String name, ObjectReader spec) {
    List<Rule> rules = new ArrayList<>();
    if (!spec.has("rules")) {
      problems.error(spec.place("rules"), "missing (expected: a list)");
    }
    for (ObjectReader rule : spec.objects("rules")) {
      List<String> models = new ArrayList<>();
      rule.objects("matches").forEach(match -> match(match, models));
      List<Target> targets = targets(rule);
      rule.end();
      if (!targets.isEmpty()) {
        rules.add(new Rule(List.copyOf(models), new RewriteRule(name, targets)));
      }
    }
    return rules;
  }

  private void match(ObjectReader match, List<String> models) {
    ObjectReader model = required(match, "model");
    match.end();
    if (model == null) {
      return;
    }
    String type = model.text("type");
    if (type != null && !type.equals("Exact")) {
      expected(model, "type", type, "Exact");
    }
    String value = nonEmpty(model, "value");
    model.end();
    if (value != null) {
      models.add(value);
    }
  }

  /** The targets; none if the rule is to be ignored (rule K-RW-8). */
  private List<Target> targets(ObjectReader rule) {
    List<Target> targets = new ArrayList<>();
    int weighted = 0;
    boolean nameless = false;
    for (ObjectReader target : rule.objects("targets")) {
      String model = target.text("modelRewrite");
      Integer weight = target.whole("weight", 1, MAX_WEIGHT);
      target.end();
      if (model == null && !target.has("modelRewrite")) {
        problems.error(target.place("modelRewrite"), "missing (expected: a model)");
      } else if (model != null && model.isEmpty()) {
        nameless = true;
      }
      weighted += target.has("weight") ? 1 : 0;
      targets.add(new Target(Objects.requireNonNullElse(model, ""), weight));
    }
    if (targets.isEmpty() || nameless) {
      problems.warning(
          rule.place("targets"),
          (nameless ? "a target without a name" : "no targets")
              + " (expected: at least one, each with a name; the rule is ignored)");
      return List.of();
    }
    if (weighted > 0 && weighted < targets.size()) {
      problems.warning(
          rule.place("targets"),
          (targets.size() - weighted)
              + " of "
              + targets.size()
              + " targets have no weight (expected: all or none; these are never chosen)");
    }
    return targets;
  }
}

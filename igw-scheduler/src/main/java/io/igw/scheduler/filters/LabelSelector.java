package io.igw.scheduler.filters;

import io.igw.spi.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A Kubernetes label selector: every entry of {@code matchLabels} and every requirement of {@code
 * matchExpressions} must hold; an empty selector matches everything. As in Kubernetes, {@code
 * NotIn} holds where the label is absent. Pure.
 */
final class LabelSelector {
  private LabelSelector() {}

  static Predicate<Map<String, String>> read(Parameters parameters) {
    List<Predicate<Map<String, String>>> all = new ArrayList<>();
    parameters
        .textMap("matchLabels")
        .forEach((key, value) -> all.add(labels -> value.equals(labels.get(key))));
    for (Parameters expression : parameters.list("matchExpressions")) {
      all.add(requirement(expression));
    }
    List<Predicate<Map<String, String>>> requirements = List.copyOf(all);
    return labels -> {
      for (Predicate<Map<String, String>> requirement : requirements) {
        if (!requirement.test(labels)) {
          return false;
        }
      }
      return true;
    };
  }

  private static Predicate<Map<String, String>> requirement(Parameters expression) {
    String key = expression.text("key", "");
    if (key.isEmpty()) {
      expression.reject("key", "the name of a label");
    }
    Set<String> values = Set.copyOf(expression.texts("values"));
    String operator = expression.text("operator", "");
    switch (operator) {
      case "In", "NotIn" -> {
        if (values.isEmpty()) {
          expression.reject("values", "one or more with operator " + operator);
        }
        boolean in = operator.equals("In");
        return labels ->
            labels.containsKey(key) && values.contains(labels.get(key)) == in
                || !in && !labels.containsKey(key);
      }
      case "Exists", "DoesNotExist" -> {
        if (!values.isEmpty()) {
          expression.reject("values", "none with operator " + operator);
        }
        boolean exists = operator.equals("Exists");
        return labels -> labels.containsKey(key) == exists;
      }
      default -> {
        expression.reject("operator", "one of In, NotIn, Exists, DoesNotExist");
        return labels -> false;
      }
    }
  }
}

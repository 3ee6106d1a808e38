package io.igw.scheduler.filters;

import io.igw.spi.Parameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Kubernetes label selector: every entry of {@code matchLabels} and every requirement of {@code
 * matchExpressions} must hold; an empty selector matches everything. As in Kubernetes, {@code
 * NotIn} holds where the label is absent. Pure.
 */
public final class LabelSelector {
  private static final String KEY = "([\\w./-]+)";
  private static final Pattern SET = Pattern.compile(KEY + "\\s+(in|notin)\\s*\\(([^()]*)\\)");
  private static final Pattern EQUALITY = Pattern.compile(KEY + "\\s*(==|=|!=)\\s*([\\w.-]*)");
  private static final Pattern EXISTENCE = Pattern.compile("(!?)\\s*" + KEY);

  private LabelSelector() {}

  /** A test of labels; what is wrong with the parameters is rejected. */
  public static Predicate<Map<String, String>> read(Parameters parameters) {
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

  /**
   * A selector in one line, as {@code kubectl -l} takes it: {@code app=llm,tier!=b,zone in (x,y),
   * gpu, !spot}.
   *
   * @throws IllegalArgumentException saying what was expected
   */
  public static Predicate<Map<String, String>> parse(String text) {
    Predicate<Map<String, String>> all = labels -> true;
    for (String part : text.split(",(?![^(]*\\))", -1)) {
      all = all.and(one(part.trim()));
    }
    return all;
  }

  private static Predicate<Map<String, String>> one(String text) {
    Matcher set = SET.matcher(text);
    if (set.matches()) {
      String key = set.group(1);
      Set<String> values = new HashSet<>();
      for (String value : set.group(3).split(",")) {
        values.add(value.trim());
      }
      boolean in = set.group(2).equals("in");
      return labels -> labels.containsKey(key) ? values.contains(labels.get(key)) == in : !in;
    }
    Matcher equality = EQUALITY.matcher(text);
    if (equality.matches()) {
      String key = equality.group(1);
      String value = equality.group(3);
      boolean same = !equality.group(2).equals("!=");
      return labels -> value.equals(labels.get(key)) == same;
    }
    Matcher existence = EXISTENCE.matcher(text);
    if (existence.matches()) {
      boolean exists = existence.group(1).isEmpty();
      String key = existence.group(2);
      return labels -> labels.containsKey(key) == exists;
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' (expected: key=value, key!=value, key in (a,b), key notin (a,b), key, !key)");
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

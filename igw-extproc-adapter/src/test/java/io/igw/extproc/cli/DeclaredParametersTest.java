package io.igw.extproc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.runtime.ConfigurationException;
import io.igw.runtime.PickerRuntime;
import io.igw.runtime.PluginDescription;
import io.igw.runtime.PluginDescription.Parameter;
import io.igw.scheduler.PluginCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the page of a type says of its parameters holds: what lies outside is refused by name, and
 * the default may be written down.
 */
class DeclaredParametersTest {
  private static final Pattern WITHIN = Pattern.compile("([-\\d.]+) to ([-\\d.]+)(?:;.*)?");
  private static final Pattern FROM = Pattern.compile("at least ([-\\d.]+)");
  private static final Pattern ABOVE = Pattern.compile("> 0(?:, at most ([-\\d.]+))?");

  private static List<PluginDescription> types() {
    return PluginDescription.all(PluginCatalog.load(DeclaredParametersTest.class.getClassLoader()))
        .stream()
        .filter(PluginDescription::present)
        .toList();
  }

  private record Case(PluginDescription plugin, Parameter parameter) {
    /** The value in the objects and lists that it is in, in YAML's flow style. */
    String at(String value) {
      String[] path = parameter.name().split("\\.");
      StringBuilder yaml = new StringBuilder(value);
      for (int i = path.length - 1; i >= 0; i--) {
        boolean list = path[i].endsWith("[]");
        String key = list ? path[i].substring(0, path[i].length() - 2) : path[i];
        yaml.insert(0, list ? "[" : "").append(list ? "]" : "");
        yaml.insert(0, "{" + key + ": ").append("}");
      }
      return yaml.toString();
    }

    /** Whether an error is about it, or about an object that it is in. */
    boolean isSubject(String problem) {
      String name = parameter.name().replace("[]", "[0]");
      for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
        if (problem.contains("plugins[0].parameters." + name.substring(0, end) + ": ")) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return plugin.type() + " " + parameter.name();
    }
  }

  static Stream<Case> parameters() {
    return types().stream().flatMap(p -> p.parameters().stream().map(q -> new Case(p, q)));
  }

  private static List<String> problems(String type, String parameters) {
    String yaml =
        """
        apiVersion: llm-d.ai/v1alpha1
        kind: EndpointPickerConfig
        plugins:
        - {type: %s, parameters: %s}
        """
            .formatted(type, parameters);
    try {
      PickerRuntime.builder().yaml(yaml, "test.yaml").build().close();
      return List.of();
    } catch (ConfigurationException e) {
      return e.problems().stream().map(Object::toString).toList();
    }
  }

  private static List<String> outside(Parameter parameter) {
    List<String> values = new ArrayList<>();
    String range = parameter.range();
    Matcher within = WITHIN.matcher(range);
    Matcher from = FROM.matcher(range);
    Matcher above = ABOVE.matcher(range);
    if (within.matches()) {
      values.add(next(within.group(1), -1));
      values.add(next(within.group(2), 1));
    } else if (from.matches()) {
      values.add(next(from.group(1), -1));
    } else if (above.matches()) {
      values.addAll(List.of("0", "-1"));
      if (above.group(1) != null) {
        values.add(next(above.group(1), 1));
      }
    } else if (range.startsWith("'")) {
      values.add("neither-of-them");
    }
    values.add(
        switch (parameter.kind()) {
          case "integer" -> "1.5";
          case "number" -> ".nan";
          case "boolean" -> "\"perhaps\"";
          case "duration" -> "-1s";
          case "texts by key", "list of texts" -> "7";
          default -> "{a: b}";
        });
    values.add(parameter.kind().startsWith("text") ? "[{}]" : "{a: b}");
    return values;
  }

  private static String next(String bound, long step) {
    return bound.contains(".")
        ? Double.toString(Double.parseDouble(bound) + step)
        : Long.toString(Long.parseLong(bound) + step);
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void whatIsNotDeclaredIsRefused(Case of) {
    for (String value : outside(of.parameter())) {
      assertThat(problems(of.plugin().type(), of.at(value)))
          .as(value)
          .anyMatch(problem -> of.isSubject(problem) && problem.contains("(expected: "));
    }
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void theDefaultMayBeWrittenDown(Case of) {
    String initial = of.parameter().initial();
    boolean together = of.parameter().range().contains(", or ");
    boolean literal =
        switch (of.parameter().kind()) {
          case "integer", "number", "boolean", "duration" -> !initial.contains(" ");
          case "text" -> of.parameter().range().contains("'" + initial + "'");
          default -> false;
        };
    if (literal && !together && !initial.equals("none")) {
      assertThat(problems(of.plugin().type(), of.at(initial))).noneMatch(of::isSubject);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void unknownNamesAreRefused(PluginDescription plugin) {
    assertThat(problems(plugin.type(), "{nobodyAsksForThis: 1}"))
        .anySatisfy(problem ->
            assertThat(problem)
                .contains("plugins[0].parameters.nobodyAsksForThis: ")
                .contains("expected: "));
  }
}

package io.igw.scheduler.filters;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.Filter;
import io.igw.spi.PluginProvider;
import io.igw.testkit.TestCycle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The label filters against the tables of plugins-scheduling.md 2.1 to 2.3. */
class LabelFiltersTest {
  private static final PluginCatalog CATALOG =
      PluginCatalog.load(LabelFiltersTest.class.getClassLoader());

  private static Filter filter(String type, Map<String, ?> values) {
    MapParameters parameters = new MapParameters(values);
    Filter filter = create(type, parameters);
    assertThat(parameters.problems()).isEmpty();
    return filter;
  }

  private static Filter create(String type, MapParameters parameters) {
    PluginProvider provider = Objects.requireNonNull(CATALOG.provider(type), type);
    PluginGraph graph =
        new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run);
    return (Filter) provider.create(parameters, graph.context(type));
  }

  private static List<String> problems(String type, Map<String, ?> values) {
    MapParameters parameters = new MapParameters(values);
    create(type, parameters);
    return parameters.problems().stream().map(MapParameters.Problem::toString).toList();
  }

  /** A pool with one endpoint per map of labels. */
  private static EndpointSnapshot pool(List<Map<String, String>> labels) {
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder();
    for (int i = 0; i < labels.size(); i++) {
      EndpointId id = new EndpointId("default", String.format("pod-%03d", i));
      builder.endpoint(Endpoint.of(id, "10.0.0.1", 8000, labels.get(i), i, 1));
    }
    return builder.build();
  }

  private static boolean keeps(Filter filter, Map<String, String> labels) {
    return TestCycle.on(pool(List.of(labels))).filter(filter).length == 1;
  }

  /** {@code a=1;b=2} as labels, empty for none. */
  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String pair : text.split(";")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        labels.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return labels;
  }

  @ParameterizedTest
  @CsvSource({
    "'', true, false, false",
    "decode, true, false, false",
    "prefill, false, true, false",
    "encode, false, false, true",
    "prefill-decode, true, true, false",
    "encode-prefill, false, true, true",
    "encode-decode, true, false, true",
    "encode-prefill-decode, true, true, true",
    "both, true, true, false",
    "Decode, false, false, false",
    "other, false, false, false",
  })
  void roles(String role, boolean decode, boolean prefill, boolean encode) {
    Map<String, String> labels = role.isEmpty() ? Map.of() : Map.of("llm-d.ai/role", role);
    assertThat(keeps(filter("decode-filter", Map.of()), labels)).isEqualTo(decode);
    assertThat(keeps(filter("prefill-filter", Map.of()), labels)).isEqualTo(prefill);
    assertThat(keeps(filter("encode-filter", Map.of()), labels)).isEqualTo(encode);
  }

  @ParameterizedTest
  @CsvSource({
    "'', false, true",
    "zone=a, false, true",
    "zone=b, false, false",
    "zone=a;gpu=h100, true, true",
    "zone=a;gpu=a100, false, false",
    "zone=c;gpu=h100, false, false",
    "zone=a;spot=yes, false, false",
  })
  void everyPartOfASelectorMustHold(String labels, boolean wanted, boolean notExcluded) {
    Map<String, ?> wants =
        Map.of(
            "matchLabels",
            Map.of("gpu", "h100"),
            "matchExpressions",
            List.of(Map.of("key", "zone", "operator", "In", "values", List.of("a", "b"))));
    Map<String, ?> excludes =
        Map.of(
            "matchExpressions",
            List.of(
                Map.of("key", "gpu", "operator", "NotIn", "values", List.of("a100")),
                Map.of("key", "zone", "operator", "NotIn", "values", List.of("c", "b")),
                Map.of("key", "spot", "operator", "DoesNotExist")));
    for (String type : List.of("label-selector-filter", "by-label-selector")) {
      assertThat(keeps(filter(type, wants), labels(labels))).isEqualTo(wanted);
      assertThat(keeps(filter(type, excludes), labels(labels))).isEqualTo(notExcluded);
    }
  }

  @Test
  void existenceIsAskedForWithoutValues() {
    Filter exists =
        filter(
            "label-selector-filter",
            Map.of("matchExpressions", List.of(Map.of("key", "zone", "operator", "Exists"))));
    assertThat(keeps(exists, Map.of("zone", ""))).isTrue();
    assertThat(keeps(exists, Map.of())).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "zone=a|zone=a|true",
        "zone==a|zone=b|false",
        "zone!=a|zone=b|true",
        "zone!=a||true",
        "zone in (a, b)|zone=b|true",
        "zone in (a,b)||false",
        "zone notin (a,b)|zone=c|true",
        "zone notin (a,b)||true",
        "gpu|gpu=x|true",
        "!gpu|gpu=x|false",
        "zone in (a,b), gpu=h100,!spot|zone=a;gpu=h100|true",
        "zone in (a,b), gpu=h100,!spot|zone=a;gpu=h100;spot=1|false",
        "a.b/c-d=e_f|a.b/c-d=e_f|true",
      })
  void selectorsInOneLine(String selector, String labels, boolean matches) {
    assertThat(LabelSelector.parse(selector).test(labels(labels == null ? "" : labels)))
        .isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"zone in a", "a=b,", "=x", "a b"})
  void selectorsThatAreNone(String selector) {
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> LabelSelector.parse(selector))
        .hasMessageContaining("expected: key=value");
  }

  @Test
  void anEmptySelectorMatchesEverything() {
    assertThat(keeps(filter("label-selector-filter", Map.of()), Map.of())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "true, 'a', '', true",
    "true, 'a', 'tier=a', true",
    "true, 'a', 'tier=b', false",
    "false, 'a', '', false",
    "false, 'a', 'tier=a', true",
    "true, '', 'tier=a', false",
    "true, '', '', true",
  })
  void oneLabel(boolean allowsNoLabel, String value, String labels, boolean kept) {
    List<String> values = value.isEmpty() ? List.of() : List.of(value);
    Filter filter =
        filter(
            "by-label",
            Map.of("label", "tier", "validValues", values, "allowsNoLabel", allowsNoLabel));
    assertThat(keeps(filter, labels(labels))).isEqualTo(kept);
  }

  @Test
  void anAbsentLabelReadsAsTheEmptyText() {
    Filter filter = filter("by-label", Map.of("label", "tier", "validValues", List.of("")));
    assertThat(keeps(filter, Map.of())).isTrue();
  }

  @Test
  void badParametersAreNamed() {
    assertThat(problems("by-label", Map.of()))
        .anySatisfy(text -> assertThat(text).contains("label").contains("the name of a label"))
        .anySatisfy(text -> assertThat(text).contains("validValues").contains("one or more"));
    assertThat(
            problems(
                "label-selector-filter",
                Map.of("matchExpressions", List.of(Map.of("operator", "Near", "key", "zone")))))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("In, NotIn, Exists, DoesNotExist"));
    assertThat(
            problems(
                "label-selector-filter",
                Map.of("matchExpressions", List.of(Map.of("operator", "In", "key", "zone")))))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("one or more"));
    assertThat(
            problems(
                "label-selector-filter",
                Map.of(
                    "matchExpressions",
                    List.of(Map.of("operator", "Exists", "key", "z", "values", List.of("a"))))))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("none with operator Exists"));
    assertThat(problems("label-selector-filter", Map.of("matchLabels", "zone"))).hasSize(1);
  }

  @Test
  void manyEndpointsAreKeptByTheirBits() {
    List<Map<String, String>> labels =
        IntStream.range(0, 200)
            .mapToObj(i -> Map.of("llm-d.ai/role", i % 3 == 0 ? "prefill" : "decode"))
            .collect(Collectors.toList());
    assertThat(TestCycle.on(pool(labels)).filter(filter("prefill-filter", Map.of())))
        .containsExactly(IntStream.range(0, 200).filter(i -> i % 3 == 0).toArray());
  }
}

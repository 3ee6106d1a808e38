package io.igw.plugins.cel;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Schema;
import io.igw.api.Usage;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.scheduler.Scheduler;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.ResponseObserver;
import io.igw.spi.ResponseObserver.Event;
import io.igw.testkit.TestState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestAttributeReporterTest {
  private static final String TYPE = "request-attribute-reporter";
  private static final PluginCatalog CATALOG =
      PluginCatalog.load(RequestAttributeReporterTest.class.getClassLoader());

  private static Plugin make(MapParameters parameters) {
    PluginContext context =
        new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run)
            .context(TYPE);
    return CATALOG.provider(TYPE).create(parameters, context);
  }

  private static Map<String, ?> attribute(String name, String expression, String condition) {
    Map<String, Object> attribute = new TreeMap<>();
    attribute.put("key", Map.of("name", name));
    attribute.put("expression", expression);
    if (condition != null) {
      attribute.put("condition", condition);
    }
    return attribute;
  }

  private static Map<String, Double> reported(Usage usage, List<Map<String, ?>> attributes) {
    MapParameters parameters = new MapParameters(Map.of("attributes", attributes));
    ResponseObserver reporter = (ResponseObserver) make(parameters);
    assertThat(parameters.problems()).isEmpty();
    assertThat(reporter.interests()).containsExactly(Event.END);
    Map<String, Double> told = new TreeMap<>();
    ResponseObserver.Response response =
        new ResponseObserver.Response() {
          @Override
          public String model() {
            return "llama";
          }

          @Override
          public int status() {
            return 200;
          }

          @Override
          public Usage usage() {
            return usage;
          }

          @Override
          public long bytes() {
            return 10;
          }

          @Override
          public void header(String name, String value) {
            throw new AssertionError("no header is due");
          }

          @Override
          public void metadata(String namespace, String key, double value) {
            told.put(namespace + "/" + key, value);
          }
        };
    try (EndpointPool pool = EndpointPool.builder().build()) {
      pool.upsert(
          new EndpointSpec(new EndpointId("default", "one"), "10.0.0.1", 8000, 0, Map.of()));
      Picker first = (cycle, candidates, totals, picked) -> 1;
      try (Scheduler scheduler =
          Scheduler.builder(pool).profile("default", p -> p.picker("first", first)).build()) {
        Decision decision =
            (Decision) scheduler.schedule(InferenceRequest.builder().build(), new TestState());
        reporter.on(Event.END, new TestState(), decision, response);
      }
    }
    return told;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          usage.completion_tokens                              | -                            | 34
          usage.prompt_tokens + 2.5 * usage.completion_tokens  | -                            | 97
          usage.total_tokens                                   | -                            | 46
          usage.prompt_tokens_details.cached_tokens            | -                            | 0
          usage.completion_tokens_details.reasoning_tokens     | -                            | 21
          usage.prompt_tokens / 8.0                            | -                            | 1.5
          7                                                    | -                            | 7
          usage.completion_tokens                              | has(usage.completion_tokens) | 34
          usage.completion_tokens                              | usage.completion_tokens > 50.0 | -
          model == 'llama' ? 1.0 : 2.0                         | -                            | 1
          1.0                                                  | endpoint == '10.0.0.1:8000'  | 1
          1.0                                                  | endpoint == 'elsewhere'      | -
          usage.unknown                                        | -                            | -
          usage.prompt_tokens / 0.0                            | -                            | -
          """)
  void reportsWhatTheExpressionYields(String expression, String condition, Double expected) {
    Map<String, Double> told =
        reported(new Usage(12, 0, 34, 21), List.of(attribute("cost", expression, condition)));
    assertThat(told).isEqualTo(expected == null ? Map.of() : Map.of("envoy.lb/cost", expected));
  }

  @Test
  void oneThatFailsDoesNotStopTheOthers() {
    assertThat(
            reported(
                Usage.UNKNOWN,
                List.of(
                    attribute("a", "usage.completion_tokens", null),
                    attribute("b", "1.0", "has(usage.completion_tokens)"),
                    attribute("c", "2.0", "!has(usage.completion_tokens)"))))
        .isEqualTo(Map.of("envoy.lb/c", 2.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          usage.         | attributes[0].expression | an expression of CEL
          string(1)      | attributes[0].expression | yields a number, not string
          nothing + 1    | attributes[0].expression | undeclared reference to 'nothing'
          """)
  void refusesWhatCannotBeEvaluated(String expression, String key, String message) {
    MapParameters parameters =
        new MapParameters(Map.of("attributes", List.of(attribute("cost", expression, null))));
    make(parameters);
    assertThat(parameters.problems().toString()).contains(key).contains(message);
  }

  @Test
  void saysWhatIsMissing() {
    MapParameters none = new MapParameters(Map.of());
    make(none);
    assertThat(none.problems().toString()).contains("attributes").contains("at least one");
    MapParameters empty = new MapParameters(Map.of("attributes", List.of(Map.of())));
    make(empty);
    assertThat(empty.problems().toString())
        .contains("attributes[0].key.name")
        .contains("attributes[0].expression");
  }
}

package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.spi.Parameters;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MapParametersTest {
  static Stream<Arguments> wrongValues() {
    return Stream.of(
        wrong(0, p -> p.integer("k", 7, 1, 9), "a whole number, 1..9"),
        wrong(10L, p -> p.integer("k", 7, 1, 9), "a whole number, 1..9"),
        wrong(2.5, p -> p.integer("k", 7, 1, 9), "a whole number, 1..9"),
        wrong("5", p -> p.integer("k", 7, 1, 9), "a whole number, 1..9"),
        wrong(Double.NaN, p -> p.integer("k", 7, 1, 9), "a whole number, 1..9"),
        wrong(Double.POSITIVE_INFINITY, p -> p.integer("k", 7, 1, 9), "a whole number, 1..9"),
        wrong(
            new BigInteger("99999999999999999999"),
            p -> p.integer("k", 7, 1, Integer.MAX_VALUE),
            "a whole number >= 1"),
        wrong(true, p -> p.integer("k", 7, Integer.MIN_VALUE, Integer.MAX_VALUE), "a whole number"),
        wrong(-1, p -> p.number("k", 7, 0, Double.MAX_VALUE), "a number >= 0"),
        wrong(1.5, p -> p.number("k", 7, 0, 1), "a number, 0..1"),
        wrong(0, p -> p.number("k", 7, Double.MIN_VALUE, 1), "a number > 0 and <= 1"),
        wrong(0, p -> p.number("k", 7, Double.MIN_VALUE, Double.MAX_VALUE), "a number > 0"),
        wrong(2, p -> p.number("k", 7, -Double.MAX_VALUE, 1.5), "a number <= 1.5"),
        wrong(Double.NaN, p -> p.number("k", 7, -Double.MAX_VALUE, Double.MAX_VALUE), "a number"),
        wrong("1", p -> p.number("k", 7, 0, 1), "a number, 0..1"),
        wrong("true", p -> p.flag("k", false), "true or false"),
        wrong(1, p -> p.flag("k", false), "true or false"),
        wrong(5, p -> p.text("k"), "a text"),
        wrong(5, p -> p.text("k", "d"), "a text"),
        wrong("5", p -> duration(p), "a duration such as 200ms or 1m30s, not negative"),
        wrong("-5s", p -> duration(p), "a duration such as 200ms or 1m30s, not negative"),
        wrong(5, p -> duration(p), "a duration such as 200ms or 1m30s, not negative"),
        wrong("a,b", p -> p.texts("k"), "a list of texts"),
        wrong("a", p -> p.textMap("k"), "an object of texts"),
        wrong("a", p -> p.object("k"), "an object"),
        wrong(List.of(), p -> p.object("k"), "an object"),
        wrong(Map.of(), p -> p.list("k"), "a list of objects"));
  }

  private static void duration(Parameters parameters) {
    assertThat(parameters.duration("k", Duration.ofDays(1))).isEqualTo(Duration.ofDays(1));
  }

  private static Arguments wrong(Object value, Consumer<Parameters> read, String expected) {
    return Arguments.of(value, read, expected);
  }

  @ParameterizedTest
  @MethodSource("wrongValues")
  void aWrongValueIsAProblemWithPathValueAndExpectation(
      Object value, Consumer<Parameters> read, String expected) {
    MapParameters parameters = new MapParameters(Map.of("k", value));
    read.accept(parameters);
    assertThat(parameters.problems())
        .containsExactly(new MapParameters.Problem("k", value, expected));
  }

  @Test
  void aMapOfTextsKeepsItsOrderAndNamesWhatIsNone() {
    Map<String, Object> given = new LinkedHashMap<>();
    given.put("b", "2");
    given.put("a", 1);
    given.put("c", "3");
    MapParameters parameters = new MapParameters(Map.of("k", given));
    assertThat(parameters.textMap("k")).containsExactly(Map.entry("b", "2"), Map.entry("c", "3"));
    assertThat(parameters.textMap("absent")).isEmpty();
    assertThat(parameters.problems())
        .containsExactly(new MapParameters.Problem("k.a", 1, "a text"));
  }

  @Test
  void theDefaultStandsInForAWrongValue() {
    MapParameters parameters = new MapParameters(Map.of("i", "x", "n", "x", "b", "x", "t", 1));
    assertThat(parameters.integer("i", 7, 0, 9)).isEqualTo(7);
    assertThat(parameters.number("n", 7.5, 0, 9)).isEqualTo(7.5);
    assertThat(parameters.flag("b", true)).isTrue();
    assertThat(parameters.text("t", "d")).isEqualTo("d");
  }

  @Test
  void rightValuesAreRead() {
    Map<String, Object> values = new HashMap<>();
    values.put("int", 5L);
    values.put("float", 5.0);
    values.put("decimal", new BigDecimal("5E+1"));
    values.put("number", 1);
    values.put("flag", true);
    values.put("text", "");
    values.put("duration", "1m30s");
    values.put("unset", "");
    values.put("null", null);
    values.put("texts", List.of("a", "b"));
    values.put("object", Map.of("inner", 3));
    values.put("list", List.of(Map.of("x", 1), Map.of("x", 2)));
    MapParameters parameters = new MapParameters(values);
    assertThat(parameters.present()).isTrue();
    assertThat(parameters.integer("int", 7, 0, 9)).isEqualTo(5);
    assertThat(parameters.integer("float", 7, 0, 9)).isEqualTo(5);
    assertThat(parameters.integer("decimal", 7, 0, 99)).isEqualTo(50);
    assertThat(parameters.number("number", 7, 0, 9)).isEqualTo(1);
    assertThat(parameters.flag("flag", false)).isTrue();
    assertThat(parameters.text("text")).isEmpty();
    assertThat(parameters.duration("duration", Duration.ZERO)).isEqualTo(Duration.ofSeconds(90));
    assertThat(parameters.duration("unset", Duration.ofDays(1))).isEqualTo(Duration.ofDays(1));
    assertThat(parameters.integer("null", 7, 0, 9)).isEqualTo(7);
    assertThat(parameters.text("absent")).isNull();
    assertThat(parameters.texts("texts")).containsExactly("a", "b");
    assertThat(parameters.object("object").integer("inner", 0, 0, 9)).isEqualTo(3);
    assertThat(parameters.list("list")).extracting(p -> p.integer("x", 0, 0, 9)).contains(1, 2);
    assertThat(parameters.problems()).isEmpty();
  }

  @Test
  void absentParametersAreAllDefaults() {
    MapParameters parameters = new MapParameters(null);
    assertThat(parameters.present()).isFalse();
    assertThat(parameters.integer("i", 7, 0, 9)).isEqualTo(7);
    assertThat(parameters.object("o").present()).isFalse();
    assertThat(parameters.object("o").text("t", "d")).isEqualTo("d");
    assertThat(parameters.list("l")).isEmpty();
    assertThat(parameters.texts("l")).isEmpty();
    assertThat(parameters.problems()).isEmpty();
    assertThat(new MapParameters(Map.of()).present()).isTrue();
  }

  @Test
  void allProblemsAreCollectedWithTheirPaths() {
    MapParameters parameters =
        new MapParameters(
            Map.of(
                "conditions",
                Arrays.asList(Map.of("maxValue", -1), Map.of("maxvalue", 2), "x"),
                "nested",
                Map.of("deep", Map.of("k", "v", "other", 1))));
    for (Parameters condition : parameters.list("conditions")) {
      condition.number("maxValue", 1, 0, 9);
    }
    Parameters deep = parameters.object("nested").object("deep");
    deep.integer("k", 0, 0, 9);
    deep.reject("j", "something else");
    assertThat(parameters.problems())
        .extracting(MapParameters.Problem::toString)
        .containsExactlyInAnyOrder(
            "conditions[0].maxValue: -1 (expected: a number, 0..9)",
            "conditions[1].maxvalue: 2 (expected: one of maxValue (did you mean 'maxValue'?))",
            "conditions[2]: x (expected: an object)",
            "nested.deep.k: v (expected: a whole number, 0..9)",
            "nested.deep.j: null (expected: something else)",
            "nested.deep.other: 1 (expected: one of k, j)");
  }

  @Test
  void aKeyThatNobodyReadIsUnknown() {
    MapParameters parameters = new MapParameters(Map.of("queueDepthTreshold", 5));
    parameters.integer("queueDepthThreshold", 5, 1, 9);
    parameters.number("headroom", 0, 0, 1);
    assertThat(parameters.problems())
        .containsExactly(
            new MapParameters.Problem(
                "queueDepthTreshold",
                5,
                "one of queueDepthThreshold, headroom (did you mean 'queueDepthThreshold'?)"));
    assertThat(new MapParameters(Map.of("a", 1)).problems())
        .containsExactly(new MapParameters.Problem("a", 1, "no parameters"));
  }

  @Test
  void anObjectThatIsReadTwiceIsOneObject() {
    MapParameters parameters = new MapParameters(Map.of("o", Map.of("a", 1, "b", 2)));
    parameters.object("o").integer("a", 0, 0, 9);
    parameters.object("o").integer("b", 0, 0, 9);
    assertThat(parameters.problems()).isEmpty();
  }

  @Test
  void listsOfTextsNameTheItem() {
    MapParameters parameters = new MapParameters(Map.of("l", Arrays.asList("a", 1, null)));
    assertThat(parameters.texts("l")).containsExactly("a");
    assertThat(parameters.problems())
        .containsExactly(
            new MapParameters.Problem("l[1]", 1, "a text"),
            new MapParameters.Problem("l[2]", null, "a text"));
  }

  @Test
  void keysThatAreNoTextsAreReadByTheirText() {
    Map<Object, Object> inner = new HashMap<>();
    inner.put(1, 2);
    MapParameters parameters = new MapParameters(Map.of("o", inner));
    assertThat(parameters.object("o").integer("1", 0, 0, 9)).isEqualTo(2);
  }

  @Test
  void aLongValueIsCutWhereItIsShown() {
    assertThat(new MapParameters.Problem("k", "x".repeat(100_000), "a number").toString())
        .hasSizeLessThan(150)
        .startsWith("k: xxx")
        .endsWith("x… (expected: a number)");
  }

  @Test
  void theNearestNameIsWithinAThirdOfItsLength() {
    List<String> known = List.of("queue-scorer", "random-picker", "ab");
    assertThat(NearestName.of("queue-scorr", known)).isEqualTo("queue-scorer");
    assertThat(NearestName.of("QUEUE-SCORER", known)).isEqualTo("queue-scorer");
    assertThat(NearestName.of("a", known)).isEqualTo("ab");
    assertThat(NearestName.of("something else", known)).isNull();
    assertThat(NearestName.of("x", Collections.emptyList())).isNull();
    assertThat(NearestName.hint("rondom-piker", known))
        .isEqualTo(" (did you mean 'random-picker'?)");
    assertThat(NearestName.hint("?", new ArrayList<>())).isEmpty();
  }

  @Test
  void oneOfAFewTexts() {
    MapParameters parameters = new MapParameters(Map.of("a", "y", "b", "z", "c", ""));
    assertThat(parameters.oneOf("a", "x", "x", "y")).isEqualTo("y");
    assertThat(parameters.oneOf("none", "x", "x", "y")).isEqualTo("x");
    assertThat(parameters.oneOf("b", "x", "x", "y")).isEqualTo("x");
    assertThat(parameters.oneOf("c", "x", "", "x", "y")).isEmpty();
    assertThat(parameters.oneOf("said", "", "x", "y", "w")).isEqualTo("x");
    assertThat(parameters.problems())
        .extracting(MapParameters.Problem::toString)
        .containsExactly("b: z (expected: 'x' or 'y')", "said: null (expected: 'x', 'y' or 'w')");
  }
}

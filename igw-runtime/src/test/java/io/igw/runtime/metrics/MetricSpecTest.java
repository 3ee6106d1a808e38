package io.igw.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricSpecTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "vllm:num_requests_waiting | vllm:num_requests_waiting",
        "_a9 | _a9",
        "a{} | a",
        "m{l=v} | m{l=\"v\"}",
        "m{l=\"v\"} | m{l=\"v\"}",
        "m{l=v,l2=\"v2\"} | m{l=\"v\",l2=\"v2\"}",
        " m { l = v , k = \" w,x\" } | m{l=\"v\",k=\" w,x\"}",
        "m{l=v,} | m{l=\"v\"}",
      })
  void isReadWithOrWithoutQuotes(String text, String canonical) {
    assertThat(MetricSpec.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "9a", "a b", "a{", "a}", "a{l=v", "a{l=v}x", "{l=v}", "a-b"})
  void rejectsWhatIsNoSpecification(String text) {
    assertThatThrownBy(() -> MetricSpec.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a valid metric specification: \"" + text + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"l", "l=", "=v", "l!=v", "l=~v", "l=\"v", "9=v", "l=a b", ",", "l=\"a\\\"b\""})
  void rejectsPairsThatAreNoEquality(String pair) {
    assertThatThrownBy(() -> MetricSpec.parse("m{" + pair + "}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("invalid label pair");
  }
}

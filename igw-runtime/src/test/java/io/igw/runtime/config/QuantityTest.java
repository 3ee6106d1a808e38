package io.igw.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "5k,5000",
    "1Ki,1024",
    "1Gi,1073741824",
    "1.5G,1500000000",
    "500M,500000000",
    "1e9,1000000000",
    "2E3,2000",
    "1E,1000000000000000000",
    "1Ei,1152921504606846976",
    "-3,-3",
    "100m,1",
    "1500m,2",
    ".5k,500",
    "+7,7"
  })
  void value(String text, long expected) {
    assertThat(Quantity.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "k", "1kb", "1 k", "one", "1e", "9E999", "100Ei", "0x10", "NaN"})
  void none(String text) {
    assertThat(Quantity.parse(text)).isNull();
  }
}

package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "0s,0",
    "1ns,1",
    "2us,2000",
    "2µs,2000",
    "2μs,2000",
    "200ms,200000000",
    "1s,1000000000",
    "1m30s,90000000000",
    "1.5h,5400000000000",
    ".5s,500000000",
    "1.s,1000000000",
    "+3s,3000000000",
    "1h1m1s1ms1us1ns,3661001001001",
    "2562047h47m16.854775807s,9223372036854775807"
  })
  void durationsAreReadAsTheReferenceDoes(String text, long nanos) {
    assertThat(GoDuration.parse(text)).hasNanos(nanos);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+",
        "1",
        "-1s",
        "1 s",
        " 1s",
        "1s ",
        "s",
        "1d",
        "1S",
        "1sx",
        "x1s",
        "1..5s",
        "1e3s",
        "PT1S",
        "2562047h47m16.854775808s",
        "٣s"
      })
  void whatIsNoDurationIsNone(String text) {
    assertThat(GoDuration.parse(text)).isNull();
  }

  @Test
  void endlessTextIsNone() {
    assertThat(GoDuration.parse("9".repeat(1_000_000) + "s")).isNull();
  }
}

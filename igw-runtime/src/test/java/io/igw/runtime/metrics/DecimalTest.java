package io.igw.runtime.metrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
  private final Decimal decimal = new Decimal();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "+0",
        "1",
        "4.0",
        ".5",
        "5.",
        "-17.25",
        "1e3",
        "1E+3",
        "2.5e-3",
        "9.81234e+06",
        "1.7886264546318772e+09",
        "1788626454.6318772",
        "0.4875",
        "9007199254740993",
        "179769313486231570000000000000000000000",
        "4.9e-324",
        "1e400",
        "1e-400",
        "0.1",
        "0.3",
        "123456789012345678",
        "1234567890123456789",
        "0.000000000000000000000000000001",
        "72057594037927935.9",
        "8.5e22",
        "1e23",
        "9223372036854775807",
        "000000000000000000001.5"
      })
  void isTheNearestDouble(String text) {
    assertThat(read("x" + text + "x", 1)).isTrue();
    assertThat(decimal.value()).isEqualTo(Double.parseDouble(text));
  }

  @Test
  void isTheNearestDoubleForRandomNumbersInEveryForm() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 200_000; i++) {
      double value =
          switch (i % 4) {
            case 0 -> random.nextDouble(2e9);
            case 1 -> Double.longBitsToDouble(random.nextLong());
            case 2 -> random.nextLong(1L << 62) / Math.pow(10, random.nextInt(20));
            default -> random.nextInt(1_000_000) / 1000.0;
          };
      if (!Double.isFinite(value)) {
        continue;
      }
      String text = random.nextBoolean() ? Double.toString(value) : mantissa(random);
      assertThat(read(text, 0)).as(text).isTrue();
      assertThat(decimal.value()).as(text).isEqualTo(Double.parseDouble(text));
    }
  }

  private static String mantissa(SplittableRandom random) {
    String digits = Long.toString(random.nextLong(1, 1_000_000_000_000_000_000L));
    int point = random.nextInt(digits.length());
    return digits.substring(0, point) + "." + digits.substring(point);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "nan", "+Inf", "Inf", "-inf", "Infinity", "-Infinity"})
  void knowsTheWordsForNoNumber(String text) {
    assertThat(read(text, 0)).isTrue();
    double expected =
        text.equalsIgnoreCase("nan")
            ? Double.NaN
            : text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    assertThat(decimal.value()).isEqualTo(Double.valueOf(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+",
        ".",
        "e5",
        "1e",
        "1e+",
        "1x",
        "1.2.3",
        "0x10",
        "1d",
        "1f",
        "--1",
        "1_0",
        "1e5.5",
        "1e9999999",
        "in",
        "infinit",
        "None",
        "é"
      })
  void turnsAwayWhatIsNoNumber(String text) {
    assertThat(read(text, 0)).isFalse();
  }

  @Test
  void turnsAwayEndlessDigits() {
    assertThat(read("1".repeat(128), 0)).isTrue();
    assertThat(read("1".repeat(129), 0)).isFalse();
  }

  private boolean read(String text, int margin) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    return decimal.read(bytes, margin, bytes.length - margin);
  }
}

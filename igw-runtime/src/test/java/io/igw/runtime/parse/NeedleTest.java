package io.igw.runtime.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key is found wherever it stands, and nothing else is. */
class NeedleTest {
  private static final Needle USAGE = new Needle("usage");

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "{\"usage\":{}}, true",
        "{\"usage\" : {}}, true",
        "\"usage\", true",
        "{\"usage\":null}, false",
        "{\"usage\": null}, false",
        "{\"usage\":null;\"usage\":{}}, true",
        "{usage:{}}, false",
        "{\"usage:{}, false",
        "{\"Usage\":{}}, false",
        "{\"no_usage\":{}}, false",
        "|\"|, false",
        "||, false",
      })
  void findsTheKeyWithAValue(String text, boolean found) {
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(USAGE.isIn(bytes, 0, bytes.length)).isEqualTo(found);
  }

  /** Whatever is around it, at any place of the eight bytes, and never beyond the given ends. */
  @Test
  void findsWhatAPatternFinds() {
    SplittableRandom random = new SplittableRandom(5);
    Pattern pattern = Pattern.compile("\"usage\"(?![: ]*n)");
    String[] parts = {"\"usage\"", "e\"", "\"", "usage", "a", ":", "null", " ", "\"usag", "é"};
    int found = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      boolean expected = pattern.matcher(text).find();
      found += expected ? 1 : 0;
      byte[] key = text.toString().getBytes(UTF_8);
      int before = random.nextInt(9);
      byte[] bytes = new byte[before + key.length + 20];
      System.arraycopy("\"usage\"\"usage\"".getBytes(UTF_8), 0, bytes, before + key.length, 14);
      System.arraycopy(key, 0, bytes, before, key.length);
      assertThat(USAGE.isIn(bytes, before, before + key.length))
          .as(text.toString())
          .isEqualTo(expected);
    }
    assertThat(found).isBetween(5_000, 45_000);
  }
}

package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes of images by their first bytes (prefix-cache.md 5.2). */
class ImageSizeTest {
  private static final String URI = "data:image/any;base64,";

  private final ImageSize size = new ImageSize();

  static Stream<Arguments> images() {
    return Stream.of(
        Arguments.of("png", Images.png(1920, 1080), 1920, 1080),
        Arguments.of("huge png", Images.png(Integer.MAX_VALUE, 1), Integer.MAX_VALUE, 1),
        Arguments.of("gif", Images.gif(65_535, 3), 65_535, 3),
        Arguments.of("jpeg", Images.jpeg(4032, 3024, 0xC0), 4032, 3024),
        Arguments.of("progressive jpeg", Images.jpeg(65_500, 40_000, 0xC2), 65_500, 40_000),
        Arguments.of("lossy webp", Images.webpLossy(800, 600), 800, 600),
        Arguments.of("lossless webp", Images.webpLossless(16_384, 9_000), 16_384, 9_000),
        Arguments.of("extended webp", Images.webpExtended(70_000, 66_000), 70_000, 66_000));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("images")
  void isReadHoweverTheTextIsCut(String name, byte[] image, int width, int height) {
    Random random = new Random(7);
    for (String before : new String[] {"", URI}) {
      byte[] text = ascii(before + Images.base64(image));
      for (int round = 0; round < 20; round++) {
        size.clear();
        int step = 1 + random.nextInt(round == 0 ? text.length : 40);
        for (int at = 0; at < text.length; at += step) {
          size.feed(text, at, Math.min(step, text.length - at));
        }
        assertThat(size.width()).as("%s in pieces of %s", name, step).isEqualTo(width);
        assertThat(size.height()).as("%s in pieces of %s", name, step).isEqualTo(height);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "d",
        "data:",
        "data:image/png;base64,",
        "data:image/png;base64,AAAA",
        "data:image/svg+xml,<svg/>",
        "https://host/iVBORw0KGgo",
        "/9j/",
        "/9j/4AAA",
        "iVBORw0KGgoAAAANSUhEUgAAAAAAAAAA",
        "R0lGODlh??",
        "UklGRgAAAABXRUJQVlA5IAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void staysUnknownOfWhatIsNoImage(String text) {
    size.feed(ascii(text), 0, text.length());
    assertThat(size.width()).isZero();
    assertThat(size.height()).isZero();
  }

  @Test
  void isForgottenWithTheImage() {
    byte[] text = ascii(URI + Images.base64(Images.png(5, 6)));
    size.feed(text, 0, text.length);
    size.clear();
    assertThat(size.width()).isZero();
    size.feed(ascii("data:"), 0, 5);
    size.clear();
    byte[] bare = ascii(Images.base64(Images.gif(7, 8)));
    size.feed(bare, 0, bare.length);
    assertThat(size.height()).isEqualTo(8);
  }

  @Test
  void randomBytesAreHarmless() {
    Random random = new Random(11);
    byte[][] heads = images().map(each -> (byte[]) each.get()[1]).toArray(byte[][]::new);
    for (int round = 0; round < 4_000; round++) {
      byte[] image = heads[round % heads.length].clone();
      for (int flips = random.nextInt(6); flips >= 0; flips--) {
        image[random.nextInt(Math.min(60, image.length))] = (byte) random.nextInt();
      }
      byte[] text = ascii(Images.base64(image));
      size.clear();
      size.feed(text, 0, text.length);
      assertThat(size.width()).isNotNegative();
      assertThat(size.height()).isNotNegative();
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

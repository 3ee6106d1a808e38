package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{} | {@0 }@2",
        "{'a':1,'b':'x','c':true} | {@0 a:#@5=1 b:'@11=x@14 c:t@19 }@24",
        "{'a':[[],{}, null ,false]} | {@0 a:[@5 [@6 ]@8 {@9 }@11 n@13 f@19 ]@25 }@26",
        "{'':'','a\\n\\u0062':'\\t'} | {@0 :'@4@6 a\\nb:'@19=\\t@23 }@24",
        "{'s':{'x':[1,'}',{}]},'t':2} | {@0 s:{@5 t:#@26=2 }@28",
        "{'r': [1, {'k':'\\u0041]'}] ,'t':2} | {@0 r:[@6=[1, {'k':'\\u0041]'}]@26 t:#@32=2 }@34",
        "{'r':'a\\n','r':-1.5e3 ,'r':true}"
            + " | {@0 r:'@5='a\\n'@10 r:#@15=-1.5e3@21 r:t@27=true@31 }@32",
      })
  void tellsWhatTheSinkAsksFor(String json, String expected) {
    byte[] body = Bodies.json(json);
    assertThat(events(body, body.length)).isEqualTo(expected);
    for (int piece = 1; piece < body.length; piece++) {
      assertThat(events(body, piece)).as("pieces of %d", piece).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "7, 7",
    "120, 120",
    "999999999999999999, 999999999999999999",
    "1234567890123456789, 1234567890123456789",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, 9223372036854775807",
    "1e400, 9223372036854775807",
    "1e99999999999999999999, 9223372036854775807",
    "0e99999999999999999999, 0",
    "1e-99999999999999999999, -1",
    "-1, -1",
    "0.5, -1",
    "5.0, 5",
    "1.5e1, 15",
    "1.55e1, -1",
    "1500E-2, 15",
    "1500e-3, -1",
    "0.000, 0",
    "2e+2, 200",
    "1.0000000000000000000000000000, 1",
    "1.0000000000000000000000000001, -1",
    "123456789012345678901e-2, -1",
    "1e18, 1000000000000000000",
  })
  void readsWholeNumbers(String spelling, long value) {
    byte[] body = Bodies.json("{'a':" + spelling + "}");
    String expected = "{@0 a:#@5=" + value + " }@" + body.length;
    for (int piece = 1; piece <= body.length; piece++) {
      assertThat(events(body, piece)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00", "01", "-", "-a", "1.", ".5", "1.e5", "1e", "1e+", "+1", "1-", "0x1", "1 2", "NaN"
      })
  void refusesOtherNumbers(String spelling) {
    byte[] body = Bodies.json("{'a':" + spelling + "}");
    for (int piece = 1; piece <= body.length; piece++) {
      JsonScanner scanner = new JsonScanner(new Recorder());
      feed(scanner, body, piece);
      assertThat(scanner.error()).as(spelling).startsWith("offset ");
      assertThat(scanner.complete()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "é",
        "你好",
        "😀",
        "a\u007f",
        "\u0080\u07ff\u0800\uffff",
        "\ud800\udc00\udbff\udfff",
        "seven77",
        "eight888",
        "nine99999",
        "fifteen15151515é"
      })
  void keepsTextsOfEveryLength(String text) {
    for (int lead = 0; lead < 20; lead++) {
      String whole = "x".repeat(lead) + text;
      byte[] body = Bodies.json("{'a':'" + whole + "'}");
      for (int piece = 1; piece <= body.length; piece++) {
        Recorder recorder = new Recorder();
        feed(new JsonScanner(recorder), body, piece);
        assertThat(recorder.lastText()).isEqualTo(whole);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "\\ud83d\\ude00, f09f9880",
    "\\ud83d, eda0bd",
    "\\ude00, edb880",
    "\\ud83dx, eda0bd78",
    "\\ud83d\\n, eda0bd0a",
    "\\ud83d\\ud83d\\ude00, eda0bdf09f9880",
    "\\u0000\\u007F\\u0080\\u07fF\\u0800\\uffff, 007fc280dfbfe0a080efbfbf",
    "\\\"\\\\\\/\\b\\f\\n\\r\\t, 225c2f080c0a0d09",
  })
  void decodesEscapes(String escaped, String hex) {
    byte[] body = Bodies.json("{'a':'" + escaped + "'}");
    for (int piece = 1; piece <= body.length; piece++) {
      Recorder recorder = new Recorder();
      feed(new JsonScanner(recorder), body, piece);
      assertThat(java.util.HexFormat.of().formatHex(recorder.text.toByteArray())).isEqualTo(hex);
    }
  }

  @Test
  void manyEscapesAndRunsOfEveryLengthAreKeptInOrder() {
    StringBuilder escaped = new StringBuilder();
    StringBuilder plain = new StringBuilder();
    for (int run = 0; run < 300; run++) {
      escaped.append("r".repeat(run)).append("\\n\\u4f60");
      plain.append("r".repeat(run)).append("\n你");
    }
    byte[] body = Bodies.json("{'a':'" + escaped + "'}");
    for (int piece : new int[] {1, 7, 64, 1000, body.length}) {
      Recorder recorder = new Recorder();
      feed(new JsonScanner(recorder), body, piece);
      assertThat(recorder.lastText()).isEqualTo(plain.toString());
    }
  }

  @Test
  void keysLongerThanTheLimitAreUnknownHoweverTheyAreSpelled() {
    for (String key : new String[] {"k".repeat(65), "\\u006b".repeat(65), "é".repeat(33)}) {
      byte[] body = Bodies.json("{'" + key + "':1}");
      for (int piece = 1; piece <= body.length; piece += 13) {
        Recorder recorder = new Recorder();
        feed(new JsonScanner(recorder), body, piece);
        assertThat(recorder.keyLength)
            .satisfiesAnyOf(
                length -> assertThat(length).isEqualTo(-1),
                length -> assertThat(length).isGreaterThan(64));
      }
    }
  }

  private static String events(byte[] body, int piece) {
    Recorder recorder = new Recorder();
    JsonScanner scanner = new JsonScanner(recorder);
    feed(scanner, body, piece);
    assertThat(scanner.error()).isNull();
    assertThat(scanner.complete()).isTrue();
    return recorder.events.toString().strip();
  }

  private static void feed(JsonScanner scanner, byte[] body, int piece) {
    for (int at = 0; at < body.length; at += piece) {
      byte[] copy = Arrays.copyOfRange(body, at, Math.min(body.length, at + piece));
      scanner.feed(copy, 0, copy.length);
    }
  }

  /** Writes down all it hears; passes over members named s, takes those named r raw. */
  private static final class Recorder implements JsonSink {
    final StringBuilder events = new StringBuilder();
    final ByteArrayOutputStream text = new ByteArrayOutputStream();
    int keyLength;
    private String key = "";
    private boolean textOpen;

    String lastText() {
      return text.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void key(byte[] source, int offset, int length) {
      keyLength = length;
      key = length < 0 ? "?" : new String(source, offset, length, StandardCharsets.UTF_8);
      events.append(key.replace("\n", "\\n")).append(':');
    }

    @Override
    public int begin(int kind, long at) {
      events.append("{['#tfn".charAt(Integer.numberOfTrailingZeros(kind))).append('@').append(at);
      int treatment = "s".equals(key) ? SKIP : "r".equals(key) ? RAW : READ;
      textOpen = treatment == RAW || (treatment == READ && kind == STRING);
      text.reset();
      if (!textOpen && kind != NUMBER) {
        events.append(' ');
      }
      key = "";
      return treatment;
    }

    @Override
    public void text(byte[] source, int offset, int length) {
      text.write(source, offset, length);
    }

    @Override
    public void number(long whole) {
      events.append('=').append(whole).append(' ');
    }

    @Override
    public int numbers(byte[] source, int from, int end) {
      return from;
    }

    @Override
    public void end(long at) {
      if (textOpen) {
        textOpen = false;
        if (text.size() > 0) {
          events.append('=').append(lastText().replace('"', '\'').replace("\t", "\\t"));
        }
        events.append('@').append(at).append(' ');
      } else {
        int open = 0;
        String soFar = events.toString();
        int level = 0;
        for (int i = soFar.length() - 1; i >= 0 && level >= 0; i--) {
          char c = soFar.charAt(i);
          boolean event = i + 1 < soFar.length() && soFar.charAt(i + 1) == '@';
          if (event && (c == '}' || c == ']')) {
            level++;
          } else if (event && (c == '{' || c == '[') && --level < 0) {
            open = c;
          }
        }
        events.append(open == '{' ? "}@" : "]@").append(at).append(' ');
      }
    }
  }
}

package io.igw.extproc.fuzz;

import io.igw.api.Usage;
import io.igw.runtime.Exchange.BodyEdit;
import io.igw.runtime.parse.ModelRestorer;
import io.igw.spi.RequestParser;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Response bodies for every parser. Input: a letter for the parser, one for the content type, how
 * the body is cut, the body.
 *
 * <p>Nothing is thrown; whole or in pieces a response tells the same token counts and becomes the
 * same bytes once the client's model stands in it; to put it there again changes nothing.
 */
public final class ResponsesFuzz {
  static final String[] TYPES = {
    "application/json", "text/event-stream", "application/grpc", "text/html", null
  };

  private static final byte[] MODEL = "\"asked\"".getBytes(StandardCharsets.UTF_8);

  private ResponsesFuzz() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    RequestParser parser = Parsers.ALL.get(input.choice(Parsers.ALL.size()));
    String type = TYPES[input.choice(TYPES.length)];
    Cuts cuts = input.cuts();
    byte[] body = input.rest();
    Usage whole = usage(parser, type, body, Cuts.NONE);
    Usage cut = usage(parser, type, body, cuts);
    if (!whole.equals(cut)) {
      throw new AssertionError("in pieces it tells other counts: " + whole + " and " + cut);
    }
    if (ModelRestorer.of(type, MODEL) != null) {
      assertRestored(type, body, cuts);
    }
  }

  private static Usage usage(RequestParser parser, String type, byte[] body, Cuts cuts) {
    RequestParser.ResponseBody reader = parser.response(type);
    cuts.feed(body, reader::feed);
    return reader.usage();
  }

  private static void assertRestored(String type, byte[] body, Cuts cuts) {
    Restored whole = new Restored(type, body, Cuts.NONE);
    Restored pieces = new Restored(type, body, cuts);
    whole.names.forEach((start, end) -> {
      if (!end.equals(pieces.names.get(start))) {
        throw new AssertionError(
            "a name at " + start + " to " + end + " is not replaced in pieces: " + pieces.names);
      }
    });
    // A name that turns out to be none has gone, as far as it came with earlier pieces.
    pieces.names.forEach((start, end) -> {
      if (!whole.names.containsKey(start) && closed(body, start, end)) {
        throw new AssertionError(
            "a name at " + start + " to " + end + " is replaced only in pieces: " + whole.names);
      }
    });
    if (whole.names.equals(pieces.names) && !Arrays.equals(whole.bytes(), pieces.bytes())) {
      throw new AssertionError("other bytes in pieces: " + whole + "\n" + pieces);
    }
    Restored again = new Restored(type, whole.bytes(), Cuts.NONE);
    if (!Arrays.equals(again.bytes(), whole.bytes())) {
      throw new AssertionError("the second time differs: " + whole + "\n" + again);
    }
  }

  /** Whether these bytes are a string with its closing quote. */
  private static boolean closed(byte[] body, int start, int end) {
    int at = start + 1;
    while (at < end && body[at] != '"') {
      at += body[at] == '\\' ? 2 : 1;
    }
    return at == end - 1;
  }

  /** A response with the client's model in it. */
  private static final class Restored {
    /** Where the names of the server stood: start to end. */
    final TreeMap<Integer, Integer> names = new TreeMap<>();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ModelRestorer restorer;
    private int before;

    Restored(String type, byte[] body, Cuts cuts) {
      restorer = ModelRestorer.of(type, MODEL);
      cuts.feed(body, this::piece);
    }

    private void piece(byte[] source, int offset, int length) {
      restorer.feed(source, offset, length);
      int from = 0;
      for (BodyEdit edit : restorer.edits()) {
        int start = (int) edit.start();
        int end = (int) edit.end();
        if (start < from || end < start || end > length) {
          throw new AssertionError(edit + " behind " + from + " of " + length);
        }
        out.write(source, offset + from, start - from);
        out.writeBytes(edit.replacement());
        if (edit.replacement().length > 0) {
          names.put(before + start, before + end);
        } else if (end > start) {
          names.put(names.lastKey(), before + end);
        }
        from = end;
      }
      out.write(source, offset + from, length - from);
      before += length;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    @Override
    public String toString() {
      return names + " " + out.toString(StandardCharsets.ISO_8859_1);
    }
  }
}

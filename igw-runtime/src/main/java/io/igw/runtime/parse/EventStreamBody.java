package io.igw.runtime.parse;

import io.igw.api.Usage;
import io.igw.spi.RequestParser.ResponseBody;

/**
 * A response of server-sent events: each {@code data} line is a JSON document. Lines may be cut
 * anywhere, end in LF, CR or both, and have a space after the colon or not; other lines are passed
 * over. A line over 1 MiB counts only up to there.
 *
 * <p><b>Cost.</b> One pass over the bytes of data lines; nothing is allocated.
 */
final class EventStreamBody implements ResponseBody {
  private static final byte[] PREFIX = {'d', 'a', 't', 'a', ':'};
  private static final int MAX_LINE = 1 << 20;

  private static final int PREFIX_STATE = 0;
  private static final int SPACE_STATE = 1;
  private static final int DATA_STATE = 2;
  private static final int OTHER_STATE = 3;

  private final UsageReader reader = new UsageReader();
  private final JsonScanner scanner = new JsonScanner(UsageReader.FIELDS, reader);
  private int state = PREFIX_STATE;
  private int matched;
  private int lineLength;

  @Override
  public void feed(byte[] source, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (at < end) {
      switch (state) {
        case PREFIX_STATE -> at = prefix(source, at);
        case SPACE_STATE -> {
          at += source[at] == ' ' ? 1 : 0;
          state = DATA_STATE;
          scanner.reset();
          lineLength = 0;
        }
        default -> at = line(source, at, end);
      }
    }
  }

  private int prefix(byte[] source, int at) {
    byte b = source[at];
    if (b == PREFIX[matched]) {
      matched++;
      if (matched == PREFIX.length) {
        state = SPACE_STATE;
      }
      return at + 1;
    }
    matched = 0;
    if (b == '\n' || b == '\r') {
      return at + 1;
    }
    state = OTHER_STATE;
    return at;
  }

  private int line(byte[] source, int from, int end) {
    int at = from;
    while (at < end && source[at] != '\n' && source[at] != '\r') {
      at++;
    }
    if (state == DATA_STATE && lineLength < MAX_LINE) {
      int count = Math.min(at - from, MAX_LINE - lineLength);
      scanner.feed(source, from, count);
      lineLength += count;
    }
    if (at == end) {
      return at;
    }
    state = PREFIX_STATE;
    matched = 0;
    return at + 1;
  }

  @Override
  public Usage usage() {
    return reader.usage();
  }
}

package io.igw.runtime.parse;

import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import org.jspecify.annotations.Nullable;

/**
 * Usage of a response that is a stream of server-sent events, each with a JSON document as data.
 * Any cut, any line end, comments, data over several lines; the last event that tells a count wins.
 *
 * <p><b>Cost.</b> An event that lies whole in one piece is only searched for the key of its counts;
 * one that is cut goes through the JSON scanner as it comes, so that nothing is ever kept.
 */
final class EventStreamUsage implements RequestParser.ResponseBody {
  /**
   * A response with a longer line is given up, unless told otherwise: no more of it is read, its
   * usage is unknown.
   */
  static final int MAX_LINE = 1 << 20;

  private static final String LIMIT = "sse_line_bytes";

  private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
  private static final byte[] NEWLINE = {'\n'};

  /** At the start of a line, with so many bytes of DATA matched: 0..4. */
  private static final int NAME = 0;

  private static final int IN_DATA = 1;
  private static final int OTHER = 2;

  private final Needle needle;
  private final UsageReader reader;
  private int state = NAME;
  private int matched;

  /** A line feed that comes next belongs to the carriage return before. */
  private boolean afterReturn;

  /** The event under way has data. */
  private boolean open;

  /** The event under way has no data yet but blanks, so that nobody knows whether it counts. */
  private boolean blank;

  private long events;
  private int mostLine = MAX_LINE;

  /** A line was too long. */
  private boolean givenUp;

  private long lineLength;

  EventStreamUsage(UsageTable table) {
    this.needle = table.needle();
    this.reader = new UsageReader(table, true);
  }

  @Override
  public void feed(byte[] source, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (at < end && !givenUp) {
      if (state == NAME && matched == 0) {
        if (afterReturn) {
          afterReturn = false;
          if (source[at] == '\n') {
            at++;
            continue;
          }
        }
        if (!open) {
          int next = wholeEvent(source, at, end);
          if (next > at) {
            at = next;
            continue;
          }
        }
      }
      at = line(source, at, end);
    }
  }

  @Override
  public Usage usage() {
    if (givenUp) {
      return Usage.UNKNOWN;
    }
    commit(); // a stream that ends without its last line end
    return reader.usage();
  }

  @Override
  public long events() {
    return events;
  }

  @Override
  public void limitLine(int bytes) {
    mostLine = bytes;
  }

  @Override
  public @Nullable String brokenLimit() {
    return givenUp ? LIMIT : null;
  }

  /** Reads an event of a single data line with the empty line behind it; {@code at} if not one. */
  private int wholeEvent(byte[] s, int at, int end) {
    if (!startsWithData(s, at, end)) {
      return at;
    }
    int lineEnd = Bytes.lineEnd(s, at, end);
    int next = lineEnd + 1;
    if (lineEnd < end && s[lineEnd] == '\r' && next < end && s[next] == '\n') {
      next++;
    }
    if (next >= end || (s[next] != '\n' && s[next] != '\r')) {
      return at;
    }
    int data = at + DATA.length;
    blank = true;
    count(s, data, lineEnd);
    if (lineEnd - data > mostLine) {
      givenUp = true;
    } else if (needle.isIn(s, data, lineEnd)) {
      reader.start();
      reader.feed(s, data, lineEnd - data);
      if (reader.complete()) {
        reader.commit();
      }
    }
    afterReturn = s[next] == '\r';
    return next + 1;
  }

  private static boolean startsWithData(byte[] s, int at, int end) {
    return end - at > DATA.length
        && s[at] == 'd'
        && s[at + 1] == 'a'
        && s[at + 2] == 't'
        && s[at + 3] == 'a'
        && s[at + 4] == ':';
  }

  /** Reads on in one line. */
  private int line(byte[] s, int at, int end) {
    byte b = s[at];
    if (state == NAME) {
      if (b == '\n' || b == '\r') {
        return endLine(at, b);
      }
      if (b == DATA[matched]) {
        if (++matched == DATA.length) {
          beginData();
        }
      } else {
        state = OTHER;
      }
      return at + 1;
    }
    int lineEnd = Bytes.lineEnd(s, at, end);
    if (blank && state == IN_DATA) {
      count(s, at, lineEnd);
    }
    lineLength += lineEnd - at;
    givenUp = lineLength > mostLine;
    if (givenUp) {
      return end;
    }
    if (state == IN_DATA) {
      reader.feed(s, at, lineEnd - at);
    }
    return lineEnd < end ? endLine(lineEnd, s[lineEnd]) : end;
  }

  private void beginData() {
    state = IN_DATA;
    if (open) {
      reader.feed(NEWLINE, 0, 1);
    } else {
      open = true;
      blank = true;
      reader.start();
    }
  }

  /** Data that are no document are {@code [DONE]}, which is no event of the model's. */
  private void count(byte[] s, int from, int end) {
    int at = from;
    while (at < end && s[at] == ' ') {
      at++;
    }
    if (at < end) {
      blank = false;
      events += s[at] == '[' ? 0 : 1;
    }
  }

  private int endLine(int at, byte b) {
    if (state == NAME && matched == 0) {
      open = false;
    } else if (state == IN_DATA) {
      commit();
    }
    state = NAME;
    matched = 0;
    lineLength = 0;
    afterReturn = b == '\r';
    return at + 1;
  }

  private void commit() {
    if (open && reader.complete()) {
      reader.commit();
    }
  }
}

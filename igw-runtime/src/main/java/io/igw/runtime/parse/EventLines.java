package io.igw.runtime.parse;

/**
 * Finds the data of server-sent events in pieces of any cut, with any line end: the data lines of
 * one event are one document. Keeps no bytes.
 */
final class EventLines {
  private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

  /** At the start of a line, with so many bytes of DATA matched: 0..4. */
  private static final int NAME = 0;

  private static final int IN_DATA = 1;
  private static final int OTHER = 2;

  private final ModelRestorer reader;
  private int state = NAME;
  private int matched;

  /** A line feed that comes next belongs to the carriage return before. */
  private boolean afterReturn;

  /** The event under way has data. */
  private boolean open;

  EventLines(ModelRestorer reader) {
    this.reader = reader;
  }

  void feed(byte[] s, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (at < end) {
      if (state == NAME) {
        name(s[at++]);
        continue;
      }
      int lineEnd = Bytes.lineEnd(s, at, end);
      if (state == IN_DATA) {
        reader.segment(s, at, lineEnd - at, at - offset);
      }
      if (lineEnd < end) {
        endLine(s[lineEnd]);
      }
      at = lineEnd + 1;
    }
  }

  private void name(byte b) {
    boolean secondOfTwo = afterReturn && b == '\n';
    afterReturn = false;
    if (secondOfTwo) {
      return;
    }
    if (b == '\n' || b == '\r') {
      open &= matched > 0;
      endLine(b);
    } else if (b != DATA[matched]) {
      state = OTHER;
    } else if (++matched == DATA.length) {
      beginData();
    }
  }

  private void beginData() {
    state = IN_DATA;
    if (open) {
      reader.nextLine();
    } else {
      open = true;
      reader.startDocument();
    }
  }

  private void endLine(byte b) {
    reader.endLine();
    state = NAME;
    matched = 0;
    afterReturn = b == '\r';
  }
}

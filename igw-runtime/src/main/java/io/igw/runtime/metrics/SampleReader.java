package io.igw.runtime.metrics;

/**
 * Reads what stands behind the family name on a sample line: labels, value, timestamp. Text format
 * of Prometheus and OpenMetrics; blanks are allowed wherever Prometheus allows them, an exemplar is
 * ignored.
 *
 * <p><b>Threading.</b> One thread at a time; reused.
 *
 * <p><b>Cost.</b> One pass; nothing is allocated but to grow to the longest line.
 */
final class SampleReader {
  private static final int MALFORMED = -1;

  private final LabelValues labels = new LabelValues();
  private final Decimal decimal = new Decimal();
  private final Readings readings;

  /** A reader that hands what it finds to {@code readings}. */
  SampleReader(Readings readings) {
    this.readings = readings;
  }

  /** Reads {@code source[from..to)}, a line without family name and newline. */
  void read(Family family, byte[] source, int from, int to) {
    labels.clear(family.labels.length);
    int p = skipBlanks(source, from, to);
    if (p < to && source[p] == '{') {
      p = labels(family, source, p + 1, to);
      if (p == MALFORMED) {
        readings.malformed();
        return;
      }
      p = skipBlanks(source, p, to);
    }
    int valueEnd = tokenEnd(source, p, to);
    if (!decimal.read(source, p, valueEnd)) {
      readings.malformed();
      return;
    }
    double value = decimal.value();
    double timestamp = Double.NaN;
    p = skipBlanks(source, valueEnd, to);
    if (p < to && source[p] != '#') {
      int end = tokenEnd(source, p, to);
      boolean number = decimal.read(source, p, end);
      p = skipBlanks(source, end, to);
      if (!number || (p < to && source[p] != '#')) {
        readings.malformed();
        return;
      }
      timestamp = decimal.value();
    }
    readings.add(family, labels, value, timestamp, decimal);
  }

  /** Position behind the closing brace, or {@link #MALFORMED}. */
  private int labels(Family family, byte[] source, int from, int to) {
    int p = from;
    while (true) {
      p = skipBlanks(source, p, to);
      if (p >= to) {
        return MALFORMED;
      }
      if (source[p] == '}') {
        return p + 1;
      }
      int nameStart = p;
      while (p < to && isNameByte(source[p])) {
        p++;
      }
      int nameEnd = p;
      p = skipBlanks(source, p, to);
      if (nameEnd == nameStart || p >= to || source[p] != '=') {
        return MALFORMED;
      }
      p = skipBlanks(source, p + 1, to);
      if (p >= to || source[p] != '"') {
        return MALFORMED;
      }
      p = value(family.slot(source, nameStart, nameEnd), source, p + 1, to);
      if (p == MALFORMED) {
        return MALFORMED;
      }
      p = skipBlanks(source, p, to);
      if (p < to && source[p] == ',') {
        p++;
      } else if (p >= to || source[p] != '}') {
        return MALFORMED;
      }
    }
  }

  /** Position behind the closing quote, or {@link #MALFORMED}. */
  private int value(int slot, byte[] source, int from, int to) {
    if (slot >= 0) {
      labels.begin(slot);
    }
    int run = from;
    int p = from;
    while (p < to && source[p] != '"') {
      if (source[p] != '\\') {
        p++;
        continue;
      }
      if (p + 1 >= to) {
        return MALFORMED;
      }
      if (slot >= 0) {
        labels.append(source, run, p);
        escape(source[p + 1]);
      }
      p += 2;
      run = p;
    }
    if (p >= to) {
      return MALFORMED;
    }
    if (slot >= 0) {
      labels.append(source, run, p);
      labels.end(slot);
    }
    return p + 1;
  }

  /** The format knows three escapes; any other backslash stands for itself. */
  private void escape(byte b) {
    if (b == 'n') {
      labels.append((byte) '\n');
      return;
    }
    if (b != '"' && b != '\\') {
      labels.append((byte) '\\');
    }
    labels.append(b);
  }

  private static boolean isNameByte(byte b) {
    return b != '=' && b != '"' && b != ',' && b != '{' && b != '}' && !isBlank(b);
  }

  private static int skipBlanks(byte[] source, int from, int to) {
    int p = from;
    while (p < to && isBlank(source[p])) {
      p++;
    }
    return p;
  }

  private static int tokenEnd(byte[] source, int from, int to) {
    int p = from;
    while (p < to && !isBlank(source[p])) {
      p++;
    }
    return p;
  }

  /** A carriage return counts as a blank, so that pages with CRLF are read. */
  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }
}

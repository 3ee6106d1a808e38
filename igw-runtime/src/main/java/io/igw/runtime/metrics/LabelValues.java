package io.igw.runtime.metrics;

import java.util.Arrays;

/**
 * The label values of one series that somebody looks at, unescaped, by slot of their {@link
 * Family}.
 *
 * <p><b>Threading.</b> One thread at a time; reused, grows to the longest line seen.
 */
final class LabelValues {
  private byte[] text = new byte[256];
  private int length;
  private int[] starts = new int[8];
  private int[] ends = new int[8];

  /** Forgets everything and makes room for a number of slots. */
  void clear(int slots) {
    length = 0;
    if (slots > starts.length) {
      starts = new int[slots];
      ends = new int[slots];
    }
    Arrays.fill(starts, 0, slots, -1);
  }

  /** Starts the value of a slot. */
  void begin(int slot) {
    starts[slot] = length;
  }

  /** Appends one byte. */
  void append(byte b) {
    if (length == text.length) {
      text = Arrays.copyOf(text, length * 2);
    }
    text[length++] = b;
  }

  /** Appends some bytes. */
  void append(byte[] source, int from, int to) {
    if (length + to - from > text.length) {
      text = Arrays.copyOf(text, Math.max(text.length * 2, length + to - from));
    }
    System.arraycopy(source, from, text, length, to - from);
    length += to - from;
  }

  /** Ends the value of a slot. */
  void end(int slot) {
    ends[slot] = length;
  }

  /** Whether the series has the label. */
  boolean has(int slot) {
    return starts[slot] >= 0;
  }

  /** Whether each of these labels has the value that stands at the same place. */
  boolean match(int[] slots, byte[][] values) {
    for (int i = 0; i < slots.length; i++) {
      int slot = slots[i];
      byte[] value = values[i];
      if (!has(slot) || !Arrays.equals(value, 0, value.length, text, starts[slot], ends[slot])) {
        return false;
      }
    }
    return true;
  }

  /** The bytes that hold all values; read only, valid until the next {@link #clear}. */
  byte[] text() {
    return text;
  }

  /** Where a value starts in {@link #text}. */
  int start(int slot) {
    return starts[slot];
  }

  /** Just behind its last byte. */
  int limit(int slot) {
    return ends[slot];
  }
}

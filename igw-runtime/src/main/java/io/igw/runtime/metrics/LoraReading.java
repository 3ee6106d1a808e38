package io.igw.runtime.metrics;

import io.igw.api.LoraAdapters;
import io.igw.runtime.metrics.Family.LoraSeries;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The adapters that the LoRA series with the greatest value names, one whose labels are empty
 * included (epp-protocol.md MS-9).
 *
 * <p>Sets are built only if the labels differ in any byte from those of the page before.
 *
 * <p><b>Threading.</b> One thread at a time; reused from page to page.
 */
final class LoraReading {
  /** Names beyond this number are left out: no engine has so many slots. */
  private static final int MAX_ADAPTERS = 4096;

  private double newest;
  private boolean seen;
  private boolean usable;

  /** Labels of the newest series: running, then waiting. */
  private byte[] text = new byte[128];

  private int runningLength;
  private int length;
  private int max;

  /** What {@link #adapters} was made of. */
  private byte[] madeText = new byte[128];

  private int madeRunningLength;
  private int madeLength;
  private @Nullable LoraAdapters made;

  /** Starts a page. */
  void begin() {
    seen = false;
    usable = false;
  }

  /** One series; false if its value or {@code max_lora} is unusable. */
  boolean offer(LoraSeries series, LabelValues labels, double value, Decimal decimal) {
    if (!Double.isFinite(value)) {
      return false;
    }
    int slots = slots(series, labels, decimal);
    if (!seen || value > newest) {
      seen = true;
      newest = value;
      // An unusable newest series must not bring an older one back to life.
      usable = slots >= 0;
      if (usable) {
        max = slots;
        length = 0;
        append(labels, series.runningSlot);
        runningLength = length;
        append(labels, series.waitingSlot);
      }
    }
    return slots >= 0;
  }

  private static int slots(LoraSeries series, LabelValues labels, Decimal decimal) {
    int slot = series.maxSlot;
    if (!labels.has(slot) || !decimal.read(labels.text(), labels.start(slot), labels.limit(slot))) {
      return -1;
    }
    double value = decimal.value();
    return value >= 0 && value <= Integer.MAX_VALUE ? (int) value : -1;
  }

  private void append(LabelValues labels, int slot) {
    if (!labels.has(slot)) {
      return;
    }
    int added = labels.limit(slot) - labels.start(slot);
    if (length + added > text.length) {
      text = Arrays.copyOf(text, Math.max(length + added, text.length * 2));
    }
    System.arraycopy(labels.text(), labels.start(slot), text, length, added);
    length += added;
  }

  /** Whether the page had the family at all. */
  boolean seen() {
    return seen;
  }

  /**
   * The adapters of the newest series: the same object as long as they stay the same. Null if the
   * page had none that is usable.
   */
  @Nullable LoraAdapters adapters() {
    if (!usable) {
      return null;
    }
    LoraAdapters last = made;
    if (last != null
        && last.max() == max
        && madeRunningLength == runningLength
        && Arrays.equals(text, 0, length, madeText, 0, madeLength)) {
      return last;
    }
    LoraAdapters now = new LoraAdapters(names(0, runningLength), names(runningLength, length), max);
    if (madeText.length < length) {
      madeText = new byte[text.length];
    }
    System.arraycopy(text, 0, madeText, 0, length);
    madeLength = length;
    madeRunningLength = runningLength;
    // Another order of the same names is no change.
    made = now.equals(last) ? last : now;
    return made;
  }

  private Set<String> names(int from, int to) {
    Set<String> names = new HashSet<>();
    int start = from;
    for (int p = from; p <= to && names.size() < MAX_ADAPTERS; p++) {
      if (p == to || text[p] == ',') {
        String name = new String(text, start, p - start, StandardCharsets.UTF_8).strip();
        if (!name.isEmpty()) {
          names.add(name);
        }
        start = p + 1;
      }
    }
    return names;
  }
}

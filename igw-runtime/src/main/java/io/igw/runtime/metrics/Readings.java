package io.igw.runtime.metrics;

import io.igw.runtime.metrics.Family.LoraSeries;
import java.util.Arrays;

/**
 * What one page has told so far: a number per {@link Target}, several series already put together,
 * and the newest LoRA series.
 *
 * <p>A sample that is no number or outside its legal range is discarded and counted, and its target
 * is unknown for this page: a sum without one of its parts would be a wrong number, not an old one
 * (epp-protocol.md MS-7, MS-11).
 *
 * <p><b>Threading.</b> One thread at a time; reused from page to page.
 */
final class Readings {
  /** Rounding noise above the legal range of a share. */
  private static final double TOLERANCE = 1e-6;

  private final double[] values;
  private final double[] timestamps;
  private final boolean[] seen;
  private final boolean[] spoiled;
  private final LoraReading lora = new LoraReading();
  private int samples;
  private int discarded;
  private int malformed;

  /** Readings of an engine with so many targets. */
  Readings(int targets) {
    values = new double[targets];
    timestamps = new double[targets];
    seen = new boolean[targets];
    spoiled = new boolean[targets];
  }

  /** Starts a page. */
  void begin() {
    Arrays.fill(seen, false);
    Arrays.fill(spoiled, false);
    lora.begin();
    samples = 0;
    discarded = 0;
    malformed = 0;
  }

  /** A needed line could not be read. */
  void malformed() {
    malformed++;
  }

  /** A needed line was read. {@code decimal} may be used for numbers in labels. */
  void add(Family family, LabelValues labels, double value, double timestamp, Decimal decimal) {
    samples++;
    for (Target target : family.targets) {
      if (labels.match(target.matchSlots, target.matchValues)) {
        add(target, number(target, labels, value, decimal), timestamp);
      }
    }
    LoraSeries series = family.lora;
    if (series != null && labels.match(series.matchSlots, series.matchValues)) {
      if (!lora.offer(series, labels, value, decimal)) {
        discarded++;
      }
    }
  }

  /** NaN if the label is missing or no number. */
  private static double number(Target target, LabelValues labels, double value, Decimal decimal) {
    int slot = target.valueSlot;
    if (slot == Target.SAMPLE_VALUE) {
      return value;
    }
    boolean read =
        labels.has(slot) && decimal.read(labels.text(), labels.start(slot), labels.limit(slot));
    return read ? decimal.value() : Double.NaN;
  }

  private void add(Target target, double value, double timestamp) {
    int i = target.index;
    boolean legal =
        Double.isFinite(value) && value >= target.min && value <= target.max + TOLERANCE;
    if (!legal) {
      discarded++;
      spoiled[i] = true;
      return;
    }
    double usable = Math.min(value, target.max);
    if (!seen[i]) {
      seen[i] = true;
      values[i] = usable;
      timestamps[i] = timestamp;
      return;
    }
    switch (target.aggregation) {
      case SUM -> values[i] += usable;
      case MAX -> values[i] = Math.max(values[i], usable);
      case EQUAL -> spoiled[i] |= values[i] != usable;
      case LATEST -> {
        if (timestamp > timestamps[i]) {
          values[i] = usable;
          timestamps[i] = timestamp;
        }
      }
    }
  }

  /** Whether the page had the target at all, legal or not. */
  boolean present(int target) {
    return seen[target] || spoiled[target];
  }

  /** The number of a target, NaN if the page told none. */
  double value(int target) {
    return seen[target] && !spoiled[target] ? values[target] : Double.NaN;
  }

  /** The newest LoRA series. */
  LoraReading lora() {
    return lora;
  }

  /** Well-formed samples of needed families. */
  int samples() {
    return samples;
  }

  /** Values that were no numbers or out of range. */
  int discarded() {
    return discarded;
  }

  /** Lines of needed families that could not be read. */
  int malformedLines() {
    return malformed;
  }
}

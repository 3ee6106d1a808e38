package io.igw.runtime.metrics;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A needed metric family: the labels that anybody looks at, each with a slot, and what its series
 * feed. Its arrays are fixed at configuration.
 */
final class Family {
  final String name;
  final byte[][] labels;
  final Target[] targets;
  final @Nullable LoraSeries lora;

  Family(String name, byte[][] labels, Target[] targets, @Nullable LoraSeries lora) {
    this.name = name;
    this.labels = labels;
    this.targets = targets;
    this.lora = lora;
  }

  /** The slot of a label name, or -1 if nobody looks at it. */
  int slot(byte[] source, int from, int to) {
    for (int i = 0; i < labels.length; i++) {
      if (Arrays.equals(labels[i], 0, labels[i].length, source, from, to)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Series whose value is the time of an update and whose labels tell the adapters. Arrays as in
   * {@link Target}.
   */
  static final class LoraSeries {
    final int[] matchSlots;
    final byte[][] matchValues;
    final int runningSlot;
    final int waitingSlot;
    final int maxSlot;

    LoraSeries(
        int[] matchSlots, byte[][] matchValues, int runningSlot, int waitingSlot, int maxSlot) {
      this.matchSlots = matchSlots;
      this.matchValues = matchValues;
      this.runningSlot = runningSlot;
      this.waitingSlot = waitingSlot;
      this.maxSlot = maxSlot;
    }
  }
}

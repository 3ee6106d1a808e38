package io.igw.runtime.metrics;

/**
 * One number that an engine's page may hold: which series of a family feed it, where in a series it
 * stands, and how several series become one. Its arrays are fixed at configuration.
 */
final class Target {
  /** Stands for the sample's value in {@link #valueSlot}. */
  static final int SAMPLE_VALUE = -1;

  /** Place in the readings. */
  final int index;

  /** Labels that select a series: slot in the family, expected value. */
  final int[] matchSlots;

  final byte[][] matchValues;

  /** The label that carries the number, or {@link #SAMPLE_VALUE}. */
  final int valueSlot;

  final Aggregation aggregation;

  /** Legal range, both ends included. */
  final double min;

  final double max;

  Target(
      int index,
      int[] matchSlots,
      byte[][] matchValues,
      int valueSlot,
      Aggregation aggregation,
      double min,
      double max) {
    this.index = index;
    this.matchSlots = matchSlots;
    this.matchValues = matchValues;
    this.valueSlot = valueSlot;
    this.aggregation = aggregation;
    this.min = min;
    this.max = max;
  }
}

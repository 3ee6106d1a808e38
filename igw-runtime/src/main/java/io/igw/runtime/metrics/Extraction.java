package io.igw.runtime.metrics;

import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns the pages of one endpoint into facts. Pages come one after another: {@link #begin}, any
 * number of {@link #read}, {@link #end}; a page that breaks off is forgotten by the next {@code
 * begin}, so that half of a sum is never told.
 *
 * <p><b>Threading.</b> One thread at a time.
 *
 * <p><b>Cost.</b> One pass over the bytes; allocates only when adapters change.
 */
final class Extraction {
  /** How long adapters outlive the family that told them. */
  static final long LORA_GRACE_NANOS = 2_000_000_000L;

  private final Engine engine;
  private final Readings readings;
  private final PageReader reader;
  private boolean[] missing;
  private boolean[] missingBefore;
  private boolean requiredMissing;
  private @Nullable LoraAdapters reported;
  private long loraSeenNanos;

  /** NaN while none was seen. */
  private double work = Double.NaN;

  /** Hears what a page said. */
  interface Sink {
    /** A number of this page. */
    void number(Signal signal, double value);

    /** The adapters changed; null: the engine no longer tells any. */
    void adapters(@Nullable LoraAdapters adapters);

    /** The page is of another process than the one before. */
    void restarted();
  }

  /** An extraction of an engine's pages. */
  Extraction(Engine engine) {
    this.engine = engine;
    this.readings = engine.newReadings();
    this.reader = engine.newReader(readings);
    this.missing = new boolean[engine.columns().length + 1];
    this.missingBefore = new boolean[missing.length];
  }

  /** The engine. */
  Engine engine() {
    return engine;
  }

  /** Starts a page. */
  void begin() {
    readings.begin();
    reader.begin();
  }

  /** Reads the next piece of the page; the array is only read during the call. */
  void read(byte[] source, int offset, int length) {
    reader.read(source, offset, length);
  }

  /** Ends the page and tells what it said; {@code seenNanos} is when the page was made. */
  void end(long seenNanos, Sink sink) {
    reader.end();
    if (engine.work() >= 0) {
      work(readings.value(engine.work()), sink);
    }
    boolean[] swap = missingBefore;
    missingBefore = missing;
    missing = swap;
    requiredMissing = false;
    Engine.Column[] columns = engine.columns();
    for (int i = 0; i < columns.length; i++) {
      Engine.Column column = columns[i];
      int target = present(column);
      missing[i] = target < 0;
      requiredMissing |= target < 0 && column.required();
      double value = target < 0 ? Double.NaN : readings.value(target);
      if (!Double.isNaN(value)) {
        sink.number(column.signal(), column.whole() ? Math.floor(value) : value);
      }
    }
    if (engine.lora()) {
      lora(seenNanos, sink);
    }
  }

  private void work(double now, Sink sink) {
    if (Double.isNaN(now)) {
      return;
    }
    if (now < work) {
      sink.restarted();
    }
    work = now;
  }

  /** The first target of a column that the page had, or -1. */
  private int present(Engine.Column column) {
    for (int target : column.targets()) {
      if (readings.present(target)) {
        return target;
      }
    }
    return -1;
  }

  private void lora(long seenNanos, Sink sink) {
    LoraReading lora = readings.lora();
    missing[missing.length - 1] = !lora.seen();
    LoraAdapters adapters = lora.adapters();
    if (adapters != null) {
      loraSeenNanos = seenNanos;
    } else if (lora.seen() || seenNanos - loraSeenNanos < LORA_GRACE_NANOS) {
      return;
    }
    if (adapters != reported) {
      reported = adapters;
      sink.adapters(adapters);
    }
  }

  /** Whether the last page lacked a number that the engine must tell. */
  boolean requiredMissing() {
    return requiredMissing;
  }

  /** Whether other families were missing than on the page before. */
  boolean missingChanged() {
    return !Arrays.equals(missing, missingBefore);
  }

  /** The families that were missing on the last page, for messages; empty if none. */
  String missing() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < missing.length; i++) {
      if (missing[i]) {
        text.append(text.isEmpty() ? "" : ", ");
        text.append(i < engine.columns().length ? engine.columns()[i].specs() : "LoRA family");
      }
    }
    return text.toString();
  }

  /** Whether the last page had anything of this engine. */
  boolean recognised() {
    return readings.samples() > 0;
  }

  /** Values of the last page that were no numbers or out of range. */
  int discarded() {
    return readings.discarded();
  }

  /** Needed lines of the last page that could not be read. */
  int malformedLines() {
    return readings.malformedLines();
  }
}

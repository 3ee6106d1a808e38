package io.igw.runtime.parse;

import io.igw.api.Usage;
import io.igw.runtime.parse.Field.Action;
import java.util.Arrays;

/**
 * Reads the token counts of one JSON document after another, as a {@link UsageTable} says where
 * they are. Counts of a later document replace those of an earlier one.
 */
final class UsageReader implements FieldWalker.Visitor {
  private final UsageTable table;
  private final boolean events;
  private final FieldWalker walker;
  private final JsonScanner scanner;
  private final JsonNumber spelled = new JsonNumber();
  private final long[] counts = new long[UsageTable.COUNTS];
  private boolean seen;
  private boolean finished;
  private boolean number;
  private Usage usage = Usage.UNKNOWN;

  /** A reader of events, or of one response that is a document. */
  UsageReader(UsageTable table, boolean events) {
    this.table = table;
    this.events = events;
    this.walker = new FieldWalker(table.root(), this);
    this.scanner = new JsonScanner(walker);
  }

  /** Starts another document. */
  void start() {
    walker.reset();
    scanner.reset();
    seen = false;
    finished = false;
  }

  void feed(byte[] source, int offset, int length) {
    scanner.feed(source, offset, length);
  }

  /** Whether the document is whole. */
  boolean complete() {
    return scanner.complete();
  }

  /** Adds the counts that the document has so far. */
  void commit() {
    if (!seen) {
      return;
    }
    seen = false;
    if (table.finished() && (events && !finished || !any(table.prompt(), table.completion()))) {
      return;
    }
    long prompt = first(table.prompt(), usage.promptTokens());
    long cached = first(table.cached(), usage.cachedTokens());
    long completion = first(table.completion(), usage.completionTokens());
    long reasoning = first(table.reasoning(), usage.reasoningTokens());
    usage = new Usage(prompt, cached, completion, reasoning);
  }

  Usage usage() {
    return usage;
  }

  private boolean any(int[] some, int[] others) {
    return first(some, -1) >= 0 || first(others, -1) >= 0;
  }

  private long first(int[] preferred, long before) {
    for (int index : preferred) {
      long count = index == UsageTable.BEFORE ? before : counts[index];
      if (count >= 0) {
        return count;
      }
    }
    return -1;
  }

  @Override
  public boolean begin(Field field, int kind, long at) {
    if (field.action == Action.USAGE) {
      Arrays.fill(counts, -1);
    } else if (field.action == Action.COUNT) {
      counts[field.detail] = -1;
      spelled.start();
      number = true;
    } else if (field.action == Action.FINISH) {
      finished = kind != JsonSink.NULL;
    }
    return true;
  }

  @Override
  public void text(Field field, byte[] source, int offset, int length) {
    if (spelled.scan(source, offset, offset + length) < offset + length) {
      number = false;
    }
  }

  @Override
  public void number(Field field, long whole) {
    counts[field.detail] = whole;
  }

  @Override
  public void end(Field field, long at) {
    if (field.action == Action.USAGE) {
      seen = true;
    } else if (field.action == Action.COUNT && number && spelled.complete()) {
      counts[field.detail] = spelled.whole();
    }
  }
}

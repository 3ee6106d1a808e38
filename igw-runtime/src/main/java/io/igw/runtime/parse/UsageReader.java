package io.igw.runtime.parse;

import io.igw.api.Usage;
import io.igw.runtime.parse.Field.Action;
import java.util.Arrays;

/**
 * Reads the token counts of one JSON document after another (plugins-request-control-parsers.md 3.1
 * and 3.2): an object {@code usage} at the top, or inside {@code response} at the top as events of
 * the responses API have it. Counts of a later document replace those of an earlier one.
 */
final class UsageReader implements FieldWalker.Visitor {
  private static final int PROMPT = 0;
  private static final int INPUT = 1;
  private static final int COMPLETION = 2;
  private static final int OUTPUT = 3;
  private static final int PROMPT_CACHED = 4;
  private static final int INPUT_CACHED = 5;
  private static final int COUNTS = 6;

  private static final Field USAGE =
      Field.optional(
          "usage",
          Action.USAGE,
          Field.numeric("prompt_tokens", Action.COUNT, PROMPT),
          Field.numeric("input_tokens", Action.COUNT, INPUT),
          Field.numeric("completion_tokens", Action.COUNT, COMPLETION),
          Field.numeric("output_tokens", Action.COUNT, OUTPUT),
          Field.optional(
              "prompt_tokens_details",
              Action.NONE,
              Field.numeric("cached_tokens", Action.COUNT, PROMPT_CACHED)),
          Field.optional(
              "input_tokens_details",
              Action.NONE,
              Field.numeric("cached_tokens", Action.COUNT, INPUT_CACHED)));
  private static final Field ROOT =
      Field.optional("", Action.NONE, USAGE, Field.optional("response", Action.NONE, USAGE));

  private final FieldWalker walker = new FieldWalker(ROOT, this);
  private final JsonScanner scanner = new JsonScanner(walker);
  private final JsonNumber spelled = new JsonNumber();
  private final long[] counts = new long[COUNTS];
  private boolean seen;
  private boolean number;
  private Usage usage = Usage.UNKNOWN;

  /** Starts another document. */
  void start() {
    walker.reset();
    scanner.reset();
    seen = false;
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
    long prompt = first(PROMPT, INPUT, usage.promptTokens());
    long cached = first(INPUT_CACHED, PROMPT_CACHED, usage.cachedTokens());
    long completion = first(COMPLETION, OUTPUT, usage.completionTokens());
    usage = new Usage(prompt, cached, completion);
  }

  Usage usage() {
    return usage;
  }

  private long first(int preferred, int other, long before) {
    return counts[preferred] >= 0 ? counts[preferred] : counts[other] >= 0 ? counts[other] : before;
  }

  @Override
  public boolean begin(Field field, int kind, long at) {
    if (field.action == Action.USAGE) {
      Arrays.fill(counts, -1);
    } else if (field.action == Action.COUNT) {
      counts[field.detail] = -1;
      spelled.start();
      number = true;
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

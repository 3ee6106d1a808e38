package io.igw.runtime.parse;

import static io.igw.runtime.parse.Field.ANY;
import static io.igw.runtime.parse.Field.OBJECT;

import io.igw.api.Usage;
import io.igw.runtime.parse.Field.Capture;

/** Collects token counts from OpenAI response documents; the last document that has some wins. */
final class UsageReader implements JsonReader {
  private static final int PROMPT = 1;
  private static final int COMPLETION = 2;
  private static final int CACHED = 3;
  private static final int USAGE = 4;

  static final Field FIELDS =
      new Field("response", ANY, Capture.NONE, 0)
          .fields(counts(), new Field("response", ANY, Capture.NONE, 0).fields(counts()));

  private long prompt = -1;
  private long completion = -1;
  private long cached = -1;
  private long digits;
  private boolean numeric;
  private int found;

  private static Field counts() {
    Field cached = new Field("cached_tokens", ANY, Capture.TEXT, CACHED);
    return new Field("usage", ANY, Capture.NONE, USAGE)
        .fields(
            new Field("prompt_tokens", ANY, Capture.TEXT, PROMPT),
            new Field("input_tokens", ANY, Capture.TEXT, PROMPT),
            new Field("completion_tokens", ANY, Capture.TEXT, COMPLETION),
            new Field("output_tokens", ANY, Capture.TEXT, COMPLETION),
            new Field("prompt_tokens_details", ANY, Capture.NONE, 0).fields(cached),
            new Field("input_tokens_details", ANY, Capture.NONE, 0).fields(cached));
  }

  @Override
  public void begin(Field field, int kind) {
    if (field.id() == USAGE && kind == OBJECT) {
      found++;
    }
  }

  @Override
  public void number(Field field, long value, boolean whole) {
    if (whole) {
      set(field.id(), value);
    }
  }

  private void set(int id, long value) {
    switch (id) {
      case PROMPT -> prompt = value;
      case COMPLETION -> completion = value;
      default -> cached = value;
    }
  }

  @Override
  public void beginText(Field field, long offset) {
    digits = 0;
    numeric = false;
  }

  @Override
  public void text(Field field, byte[] source, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      numeric = source[i] >= '0' && source[i] <= '9' && digits < Long.MAX_VALUE / 100;
      digits = numeric ? digits * 10 + (source[i] - '0') : digits;
      if (!numeric) {
        return;
      }
    }
  }

  @Override
  public void endText(Field field, long offset) {
    if (numeric) {
      set(field.id(), digits);
    }
  }

  /** What was found so far. */
  Usage usage() {
    return found == 0 ? Usage.UNKNOWN : new Usage(prompt, cached, completion);
  }
}

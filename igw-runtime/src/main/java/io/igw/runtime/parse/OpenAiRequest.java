package io.igw.runtime.parse;

import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.igw.spi.RequestParser;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request of the OpenAI family: hashes its prompt and notes its routing fields while bytes
 * arrive. Of equal keys the last counts.
 *
 * <p>Token counts that stand in for media are those of prefix-cache.md 5.2 at its default
 * resolution, and bounded per request: a block of a few bytes must not cost thousands of tokens
 * without end.
 */
final class OpenAiRequest
    implements RequestParser.RequestBody, RequestParser.Parsed, FieldWalker.Visitor {
  private static final int IMAGE_TOKENS = 640 * 360 / 1024;
  private static final int VIDEO_TOKENS = 20 * IMAGE_TOKENS;
  private static final int MAX_MEDIA_TOKENS = 131_072;
  private static final long MAX_TOKEN_ID = 0xFFFF_FFFFL;
  private static final int LIMITS = 3;

  private final FieldWalker walker;
  private final JsonScanner scanner;
  private final PromptBuilder prompt = new PromptBuilder();
  private final PromptBuilder context = new PromptBuilder();
  private final PromptBuilder media = new PromptBuilder();
  private final ShortText text = new ShortText();
  private final int[] limits = new int[LIMITS];
  private final boolean byShape;
  private OpenAiApi api;

  /** Elements of the main list, or pieces of the main text; 0 means it is missing. */
  private int found;

  /** STRING or NUMBER, the kind of the elements of a prompt; 0 before the first. */
  private int elementKind;

  private int mediaTokens;
  private @Nullable String model;
  private long modelStart = -1;
  private long modelEnd = -1;
  private @Nullable String salt;
  private boolean stream;
  private @Nullable String error;

  OpenAiRequest(OpenAiApi api) {
    this.api = api;
    this.byShape = api == OpenAiApi.ANY_SHAPE;
    this.walker = new FieldWalker(api.fields, this);
    this.scanner = new JsonScanner(walker);
    Arrays.fill(limits, -1);
  }

  @Override
  public void feed(byte[] source, int offset, int length) {
    scanner.feed(source, offset, length);
  }

  @Override
  public RequestParser.Parsed finish() {
    String malformed = scanner.error();
    String wrong = walker.error();
    if (malformed != null) {
      error = "error unmarshaling request bodyMap: " + malformed;
    } else if (wrong != null) {
      error = api.invalid(wrong);
    } else if (found == 0) {
      error = api.missing();
    }
    return this;
  }

  @Override
  public boolean begin(Field field, int kind, long at) {
    switch (field.action) {
      case MODEL -> {
        model = null;
        modelStart = kind == JsonSink.STRING ? at : -1;
        modelEnd = -1;
      }
      case STREAM -> stream = kind == JsonSink.TRUE;
      case LIMIT -> limits[field.detail] = -1;
      case SALT -> salt = null;
      case MAIN -> {
        return main(field, kind);
      }
      case ITEM -> {
        found++;
        prompt.border(field.detail);
      }
      case TEXT_OR_TOKEN -> {
        return element(field, kind);
      }
      case CONTENT -> {
        if (isContent(field, kind)) {
          prompt.border(field.detail);
        }
      }
      case CONTEXT -> {
        if (isContent(field, kind)) {
          context.border(field.detail);
        }
      }
      default -> {}
    }
    return true;
  }

  private static boolean isContent(Field field, int kind) {
    return kind == JsonSink.STRING || field.treatment(kind) == JsonSink.RAW;
  }

  private boolean main(Field field, int kind) {
    if (byShape) {
      OpenAiApi shape = OpenAiApi.ofField(field.name);
      if (kind == JsonSink.NULL || (api != OpenAiApi.ANY_SHAPE && api != shape)) {
        return false; // nothing, or another field has decided
      }
      api = shape;
    }
    prompt.clear();
    elementKind = 0;
    found = field.treatment(kind) == JsonSink.RAW ? 1 : 0;
    return true;
  }

  private boolean element(Field field, int kind) {
    if (elementKind != 0 && elementKind != kind) {
      walker.fail(field, "expected all strings or all token ids");
      return false;
    }
    elementKind = kind;
    if (found++ > 0 && kind == JsonSink.STRING) {
      prompt.border(OpenAiFields.NEXT_PROMPT);
    }
    return true;
  }

  @Override
  public void text(Field field, byte[] source, int offset, int length) {
    switch (field.action) {
      case MODEL, SALT -> {
        if (!text.append(source, offset, length)) {
          walker.fail(field, "expected at most " + ShortText.LIMIT + " bytes");
        }
      }
      case MAIN -> {
        found++;
        prompt.bytes(source, offset, length);
      }
      case ITEM, TEXT_OR_TOKEN, CONTENT -> prompt.bytes(source, offset, length);
      case CONTEXT -> context.bytes(source, offset, length);
      case MEDIA -> media.bytes(source, offset, length);
      default -> {}
    }
  }

  @Override
  public void number(Field field, long whole) {
    if (field.action == Field.Action.LIMIT) {
      limits[field.detail] = (int) Math.min(Integer.MAX_VALUE, whole);
    } else if (whole < 0 || whole > MAX_TOKEN_ID) {
      walker.fail(field, "expected a token id, 0 to " + MAX_TOKEN_ID);
    } else {
      prompt.token((int) whole);
    }
  }

  @Override
  public void end(Field field, long at) {
    switch (field.action) {
      case MODEL -> {
        model = text.take();
        modelEnd = at;
      }
      case SALT -> salt = text.take();
      case MEDIA -> endMedia(field.detail);
      default -> {}
    }
  }

  private void endMedia(int border) {
    if (media.length() == 0) {
      return;
    }
    long digest = media.digest();
    media.clear();
    prompt.border(border);
    prompt.token((int) (digest >>> Integer.SIZE));
    int tokens = border == OpenAiFields.VIDEO ? VIDEO_TOKENS : IMAGE_TOKENS;
    tokens = Math.min(tokens, MAX_MEDIA_TOKENS - mediaTokens);
    mediaTokens += tokens;
    for (int i = 0; i < tokens; i++) {
      prompt.token((int) digest);
    }
  }

  @Override
  public @Nullable String error() {
    return error;
  }

  @Override
  public @Nullable String model() {
    return model;
  }

  @Override
  public boolean modelRequired() {
    return true;
  }

  @Override
  public long modelStart() {
    return modelStart;
  }

  @Override
  public long modelEnd() {
    return modelEnd;
  }

  @Override
  public boolean stream() {
    return stream;
  }

  @Override
  public int maxOutputTokens() {
    for (int limit : limits) {
      if (limit >= 0) {
        return limit;
      }
    }
    return -1;
  }

  @Override
  public Prompt prompt(String targetModel) {
    return prompt.build(targetModel, salt, context);
  }
}

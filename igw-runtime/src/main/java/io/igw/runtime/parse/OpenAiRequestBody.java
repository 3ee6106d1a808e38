package io.igw.runtime.parse;

import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.igw.spi.RequestParser.Parsed;
import io.igw.spi.RequestParser.RequestBody;
import org.jspecify.annotations.Nullable;

/** One OpenAI request body: fields by position, content hashed as it comes by. */
final class OpenAiRequestBody implements RequestBody, JsonReader, Parsed {
  private static final long MAX_TOKEN_ID = 0xFFFF_FFFFL;

  private final OpenAiApi api;
  private final JsonScanner scanner;
  private final PromptBuilder prompt = new PromptBuilder();
  private @Nullable PromptBuilder seed;
  private @Nullable KeptText kept;

  private @Nullable String model;
  private @Nullable String salt;
  private long modelStart = -1;
  private long modelEnd = -1;
  private boolean stream;
  private int maxTokens = -1;
  private int maxCompletionTokens = -1;
  private int messages;
  private int promptItems;
  private int promptKind;
  private boolean promptText;
  private boolean sawMessages;
  private boolean sawPrompt;
  private @Nullable String broken;
  private @Nullable String error;

  OpenAiRequestBody(OpenAiApi api) {
    this.api = api;
    this.scanner = new JsonScanner(api.fields(), this);
  }

  @Override
  public void feed(byte[] source, int offset, int length) {
    scanner.feed(source, offset, length);
  }

  @Override
  public Parsed finish() {
    String cause = scanner.finish();
    if (cause != null) {
      error =
          scanner.wrongKind() && !cause.startsWith("request:")
              ? shape().message() + ": " + cause
              : "error unmarshaling request bodyMap: " + cause;
    } else if (broken != null) {
      error = broken;
    } else {
      error = missing();
    }
    return this;
  }

  private OpenAiApi shape() {
    return api != OpenAiApi.ANY_SHAPE
        ? api
        : sawPrompt && !sawMessages ? OpenAiApi.COMPLETIONS : OpenAiApi.CHAT;
  }

  private @Nullable String missing() {
    boolean there =
        switch (shape()) {
          case COMPLETIONS -> promptText || promptItems > 0;
          default -> messages > 0;
        };
    return there ? null : shape().message();
  }

  @Override
  public void begin(Field field, int kind) {
    switch (field.id()) {
      case OpenAiFields.MESSAGES -> {
        sawMessages = true;
        messages = 0;
      }
      case OpenAiFields.MESSAGE -> {
        messages++;
        prompt.border(OpenAiFields.MESSAGE);
      }
      case OpenAiFields.PROMPT -> {
        sawPrompt = true;
        promptItems = 0;
      }
      case OpenAiFields.BLOCK -> prompt.border(OpenAiFields.BLOCK);
      default -> {
        // Other places need no mark: their contents have borders of their own.
      }
    }
  }

  @Override
  public void beginText(Field field, long offset) {
    if (field.capture() == Field.Capture.TEXT) {
      if (kept == null) {
        kept = new KeptText();
      }
      kept.begin();
      if (field.id() == OpenAiFields.MODEL) {
        modelStart = offset;
      }
      return;
    }
    if (field.id() == OpenAiFields.PROMPT) {
      sawPrompt = true;
      promptText = false;
    } else if (field.id() == OpenAiFields.PROMPT_ITEM) {
      item(Field.STRING);
    }
    prompt.border(field.id());
  }

  @Override
  public void text(Field field, byte[] source, int offset, int length) {
    if (field.capture() == Field.Capture.TEXT) {
      if (kept != null) {
        kept.add(source, offset, length);
      }
      return;
    }
    promptText |= field.id() == OpenAiFields.PROMPT;
    prompt.bytes(source, offset, length);
  }

  @Override
  public void endText(Field field, long offset) {
    if (field.capture() != Field.Capture.TEXT || kept == null) {
      return;
    }
    if (kept.tooLong()) {
      broken = field.name() + ": longer than 4096 bytes";
    } else if (field.id() == OpenAiFields.MODEL) {
      model = kept.text();
      modelEnd = offset;
    } else {
      salt = kept.text();
    }
  }

  @Override
  public void number(Field field, long value, boolean whole) {
    if (field.id() == OpenAiFields.PROMPT_ITEM) {
      item(Field.NUMBER);
      if (!whole || value > MAX_TOKEN_ID) {
        broken =
            api.message()
                + ": prompt["
                + (promptItems - 1)
                + "]: expected a token id, 0.."
                + MAX_TOKEN_ID;
      }
      if (promptItems == 1) {
        prompt.border(OpenAiFields.PROMPT);
      }
      prompt.token((int) value);
    } else if (whole && field.id() == OpenAiFields.MAX_TOKENS) {
      maxTokens = (int) Math.min(Integer.MAX_VALUE, value);
    } else if (whole && field.id() == OpenAiFields.MAX_COMPLETION_TOKENS) {
      maxCompletionTokens = (int) Math.min(Integer.MAX_VALUE, value);
    }
  }

  private void item(int kind) {
    if (promptItems++ == 0) {
      promptKind = kind;
    } else if (promptKind != kind) {
      broken =
          api.message()
              + ": prompt["
              + (promptItems - 1)
              + "]: expected all strings or all token ids";
    }
  }

  @Override
  public void bool(Field field, boolean value) {
    if (field.id() == OpenAiFields.STREAM) {
      stream = value;
    }
  }

  @Override
  public void beginRaw(Field field) {
    if (field.capture() == Field.Capture.RAW_SEED) {
      if (seed == null) {
        seed = new PromptBuilder();
      }
      seed.text(field.name()).border(0);
    } else {
      prompt.border(field.id());
    }
  }

  @Override
  public void raw(Field field, byte[] source, int offset, int length) {
    if (field.capture() != Field.Capture.RAW_SEED) {
      prompt.bytes(source, offset, length);
    } else if (seed != null) {
      seed.bytes(source, offset, length);
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
    return model == null ? -1 : modelStart;
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
    return maxCompletionTokens >= 0 ? maxCompletionTokens : maxTokens;
  }

  @Override
  public Prompt prompt(String targetModel) {
    if (seed == null) {
      return prompt.build(targetModel, salt);
    }
    Prompt digest = seed.build("", null);
    long last =
        digest.blockHash(Prompt.BASE_BLOCK_TOKENS, digest.blocks(Prompt.BASE_BLOCK_TOKENS) - 1);
    return prompt.build(targetModel, (salt == null ? "" : salt) + "\n" + Long.toHexString(last));
  }
}

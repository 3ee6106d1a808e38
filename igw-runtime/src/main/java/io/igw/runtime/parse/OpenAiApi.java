package io.igw.runtime.parse;

/** An API of the OpenAI family, with the words of the reference for what it requires. */
enum OpenAiApi implements JsonApi {
  CONVERSATIONS(
      OpenAiFields.CONVERSATIONS,
      "invalid conversations request: must have items field",
      "items: expected an array with at least one element"),
  RESPONSES(
      OpenAiFields.RESPONSES,
      "invalid responses request: must have input field",
      "input: expected a value"),
  CHAT(
      OpenAiFields.CHAT,
      "invalid chat completions request: must have valid messages field",
      "messages: expected an array with at least one element"),
  COMPLETIONS(
      OpenAiFields.COMPLETIONS,
      "invalid completions request: must have prompt field",
      "prompt: expected a string or array that is not empty"),
  EMBEDDINGS(
      OpenAiFields.EMBEDDINGS,
      "invalid embeddings request: must have input field",
      "input: expected a string or array that is not empty"),
  IMAGES(
      OpenAiFields.IMAGES,
      "invalid images generations request: must have prompt field",
      "prompt: expected a string that is not empty"),
  /** APIs that generate nothing: only the model counts. */
  MODEL_ONLY(OpenAiFields.MODEL_ONLY, "", ""),
  /** The gateway tells no path. */
  ANY_SHAPE(
      OpenAiFields.ANY_SHAPE,
      "invalid request: its API is not known",
      "expected one of messages, prompt, input");

  private final Field fields;
  private final String invalid;
  private final String required;

  OpenAiApi(Field fields, String invalid, String required) {
    this.fields = fields;
    this.invalid = invalid;
    this.required = required;
  }

  /** The API of a path without query, as the first whole-segment suffix that fits. */
  static OpenAiApi of(String path) {
    if (ends(path, "conversations")) {
      return CONVERSATIONS;
    } else if (ends(path, "responses")) {
      return RESPONSES;
    } else if (ends(path, "chat/completions") || ends(path, "chat/completions/render")) {
      return CHAT;
    } else if (ends(path, "completions") || ends(path, "completions/render")) {
      return COMPLETIONS;
    } else if (ends(path, "embeddings")) {
      return EMBEDDINGS;
    } else if (ends(path, "images/generations")) {
      return IMAGES;
    }
    return path.isEmpty() ? ANY_SHAPE : MODEL_ONLY;
  }

  @Override
  public boolean needsModel() {
    return this != MODEL_ONLY;
  }

  @Override
  public boolean lenient() {
    return this == MODEL_ONLY;
  }

  private static boolean ends(String path, String suffix) {
    return ParserTable.endsWithSegments(path, suffix);
  }

  @Override
  public Field fields() {
    return fields;
  }

  @Override
  public JsonApi ofField(String name) {
    if (this != ANY_SHAPE) {
      return this;
    }
    return switch (name) {
      case "messages" -> CHAT;
      case "prompt" -> COMPLETIONS;
      default -> RESPONSES;
    };
  }

  @Override
  public String malformed(String cause) {
    return "error unmarshaling request bodyMap: " + cause;
  }

  @Override
  public String invalid(String cause) {
    return invalid + ": " + cause;
  }

  @Override
  public String missing(boolean present) {
    return invalid(required);
  }
}

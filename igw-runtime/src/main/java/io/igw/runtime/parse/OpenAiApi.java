package io.igw.runtime.parse;

/** The request documents that the OpenAI parser reads. */
enum OpenAiApi {
  CHAT(OpenAiFields.CHAT, "invalid chat completions request: must have valid messages field"),
  COMPLETIONS(OpenAiFields.COMPLETIONS, "invalid completions request: must have prompt field"),
  /** The path says nothing: recognised from the body (rule EPP-33). */
  ANY_SHAPE(OpenAiFields.ANY_SHAPE, "invalid request: must have messages or prompt field");

  private final Field fields;
  private final String message;

  OpenAiApi(Field fields, String message) {
    this.fields = fields;
    this.message = message;
  }

  Field fields() {
    return fields;
  }

  /** The reference's text for a missing or malformed required field. */
  String message() {
    return message;
  }

  static OpenAiApi of(String path) {
    if (path.isEmpty()) {
      return ANY_SHAPE;
    }
    String bare =
        path.endsWith("/render") ? path.substring(0, path.length() - "/render".length()) : path;
    return bare.endsWith("chat/completions") ? CHAT : COMPLETIONS;
  }
}

package io.igw.runtime.parse;

import static io.igw.runtime.parse.Borders.AUDIO;
import static io.igw.runtime.parse.Borders.AUDIO_FORMAT;
import static io.igw.runtime.parse.Borders.DOCUMENTS;
import static io.igw.runtime.parse.Borders.IMAGE;
import static io.igw.runtime.parse.Borders.INSTRUCTIONS;
import static io.igw.runtime.parse.Borders.MESSAGE;
import static io.igw.runtime.parse.Borders.NAME;
import static io.igw.runtime.parse.Borders.OTHER;
import static io.igw.runtime.parse.Borders.REASONING;
import static io.igw.runtime.parse.Borders.ROLE;
import static io.igw.runtime.parse.Borders.TEMPLATE;
import static io.igw.runtime.parse.Borders.TEMPLATE_ARGUMENTS;
import static io.igw.runtime.parse.Borders.TEXT;
import static io.igw.runtime.parse.Borders.TOOLS;
import static io.igw.runtime.parse.Borders.TOOL_CALLS;
import static io.igw.runtime.parse.Borders.TOOL_CALL_ID;
import static io.igw.runtime.parse.Borders.VIDEO;
import static io.igw.runtime.parse.JsonSink.ANY;
import static io.igw.runtime.parse.JsonSink.ARRAY;
import static io.igw.runtime.parse.JsonSink.FALSE;
import static io.igw.runtime.parse.JsonSink.NULL;
import static io.igw.runtime.parse.JsonSink.NUMBER;
import static io.igw.runtime.parse.JsonSink.OBJECT;
import static io.igw.runtime.parse.JsonSink.STRING;
import static io.igw.runtime.parse.JsonSink.TRUE;

import io.igw.runtime.parse.Field.Action;
import java.util.stream.Stream;

/**
 * The fields of OpenAI requests that routing reads (plugins-request-control-parsers.md 3), with
 * borders that keep them apart in the prompt (prefix-cache.md 7).
 */
final class OpenAiFields {
  private static final int BOOLEAN = TRUE | FALSE;

  static final Field MODEL = Field.textOrRaw("model", Action.MODEL, 0);
  static final Field STREAM = Field.kind("stream", ANY, Action.STREAM);
  static final Field SALT = Field.text("cache_salt", STRING | NULL, Action.SALT, 0);
  private static final Field MAX_TOKENS = Field.number("max_tokens", Action.LIMIT, 1);

  static final Field TOKEN = Field.numberElement(Action.TOKEN);

  static final Field CHAT = root(chat());
  static final Field COMPLETIONS = root(MAX_TOKENS, texts("prompt"));
  static final Field EMBEDDINGS = root(texts("input"));
  static final Field RESPONSES = root(responses());
  static final Field CONVERSATIONS =
      root(Field.list("items", NULL, Action.MAIN, 0, Field.raw("", OBJECT, Action.ITEM, MESSAGE)));
  static final Field IMAGES =
      root(
          Field.text("prompt", STRING | NULL, Action.MAIN, 0),
          Field.kind("n", NUMBER | NULL, Action.NONE),
          Field.kind("size", STRING | NULL, Action.NONE),
          Field.kind("num_inference_steps", NUMBER | NULL, Action.NONE));

  static final Field MODEL_ONLY = root();

  /** For requests without a path: which of these a body has tells its API (epp-protocol.md 33). */
  static final Field ANY_SHAPE =
      root(
          Stream.of(chat(), responses(), new Field[] {texts("prompt")})
              .flatMap(Stream::of)
              .toArray(Field[]::new));

  private OpenAiFields() {}

  static Field root(Field... own) {
    Stream<Field> common = Stream.of(MODEL, STREAM, SALT);
    Field[] members = Stream.concat(common, Stream.of(own)).toArray(Field[]::new);
    return Field.object("", 0, Action.NONE, 0, members);
  }

  private static Field[] chat() {
    return new Field[] {
      Field.number("max_completion_tokens", Action.LIMIT, 0),
      MAX_TOKENS,
      Field.list("messages", NULL, Action.MAIN, 0, message()),
      Field.raw("tools", ARRAY | NULL, Action.CONTEXT, TOOLS),
      Field.raw("documents", ARRAY | NULL, Action.CONTEXT, DOCUMENTS),
      Field.text("chat_template", STRING | NULL, Action.CONTEXT, TEMPLATE),
      Field.raw("chat_template_kwargs", OBJECT | NULL, Action.CONTEXT, TEMPLATE_ARGUMENTS),
      Field.kind("return_assistant_tokens_mask", BOOLEAN | NULL, Action.NONE),
      Field.kind("continue_final_message", BOOLEAN | NULL, Action.NONE),
      Field.kind("add_generation_prompt", BOOLEAN | NULL, Action.NONE)
    };
  }

  private static Field message() {
    return Field.object(
        "",
        0,
        Action.ITEM,
        MESSAGE,
        Field.text("role", STRING | NULL, Action.CONTENT, ROLE),
        Field.list("content", STRING | NULL, Action.CONTENT, TEXT, block()),
        Field.raw("tool_calls", ARRAY | NULL, Action.CONTENT, TOOL_CALLS),
        Field.raw("function_call", ANY, Action.CONTENT, TOOL_CALLS),
        Field.raw("tool_call_id", ANY, Action.CONTENT, TOOL_CALL_ID),
        Field.raw("name", ANY, Action.CONTENT, NAME),
        Field.raw("reasoning_content", ANY, Action.CONTENT, REASONING),
        Field.raw("reasoning", ANY, Action.CONTENT, REASONING));
  }

  /** A block of content; what engines of other makers put there counts as it stands. */
  private static Field block() {
    return Field.object(
            "",
            STRING,
            Action.CONTENT,
            TEXT,
            Field.kind("type", STRING | NULL, Action.NONE),
            Field.kind("cache_control", ANY, Action.NONE),
            Field.text("text", STRING | NULL, Action.CONTENT, TEXT),
            media("image_url", IMAGE),
            media("video_url", VIDEO),
            Field.object(
                "input_audio",
                NULL,
                Action.NONE,
                0,
                Field.text("data", STRING | NULL, Action.CONTENT, AUDIO),
                Field.text("format", STRING | NULL, Action.CONTENT, AUDIO_FORMAT)))
        .others(Field.raw("", ANY, Action.CONTENT, OTHER));
  }

  private static Field media(String name, int border) {
    Field url = Field.text("url", STRING | NULL, Action.MEDIA, border);
    return Field.object(name, STRING | NULL, Action.MEDIA, border, url);
  }

  private static Field texts(String name) {
    return Field.list(
        name, STRING | NULL, Action.MAIN, 0, Field.stringNumberOrList(Action.TEXT_OR_TOKEN, TOKEN));
  }

  private static Field[] responses() {
    return new Field[] {
      Field.number("max_output_tokens", Action.LIMIT, 2),
      Field.raw("input", ANY, Action.MAIN, 0),
      Field.raw("instructions", ANY, Action.CONTEXT, INSTRUCTIONS),
      Field.raw("tools", ANY, Action.CONTEXT, TOOLS)
    };
  }
}

package io.igw.runtime.parse;

import static io.igw.runtime.parse.JsonSink.ANY;
import static io.igw.runtime.parse.JsonSink.ARRAY;
import static io.igw.runtime.parse.JsonSink.NULL;
import static io.igw.runtime.parse.JsonSink.STRING;

import io.igw.runtime.parse.Field.Action;
import java.util.Arrays;

/**
 * The messages API of Anthropic (plugins-request-control-parsers.md 4). Tools and system text stand
 * before the messages wherever the body has them; marks of the client's cache ({@code
 * cache_control}) wander from turn to turn and are no part of the prompt.
 */
final class AnthropicApi implements JsonApi {
  static final AnthropicApi MESSAGES = new AnthropicApi();

  private static final Field IGNORED = Field.kind("cache_control", ANY, Action.NONE);
  private static final Field TYPE = Field.kind("type", STRING | NULL, Action.NONE);

  private static final Field FIELDS =
      OpenAiFields.root(
          Field.number("max_tokens", Action.LIMIT, 0),
          Field.list("system", STRING | NULL, Action.SYSTEM_TEXT, Borders.SYSTEM, systemBlock()),
          Field.list("tools", NULL, Action.NONE, 0, tool()),
          Field.list("messages", NULL, Action.MAIN, 0, message()));

  private AnthropicApi() {}

  private static Field systemBlock() {
    return Field.object(
            "",
            0,
            Action.NONE,
            0,
            TYPE,
            IGNORED,
            Field.text("text", STRING | NULL, Action.SYSTEM_TEXT, Borders.SYSTEM))
        .others(Field.raw("", ANY, Action.CONTEXT, Borders.OTHER));
  }

  private static Field tool() {
    return Field.object("", 0, Action.NONE, 0, IGNORED)
        .others(Field.raw("", ANY, Action.CONTEXT, Borders.TOOLS));
  }

  private static Field message() {
    return Field.object(
        "",
        0,
        Action.ITEM,
        Borders.MESSAGE,
        Field.text("role", STRING | NULL, Action.CONTENT, Borders.ROLE),
        Field.list(
            "content",
            STRING,
            Action.CONTENT,
            Borders.TEXT,
            block(
                Field.list(
                    "content", STRING | NULL, Action.CONTENT, Borders.TOOL_RESULT, block()))));
  }

  private static Field block(Field... more) {
    Field[] fields = {
      TYPE,
      IGNORED,
      Field.text("text", STRING | NULL, Action.CONTENT, Borders.TEXT),
      Field.text("thinking", STRING | NULL, Action.CONTENT, Borders.THINKING),
      Field.kind("signature", ANY, Action.NONE),
      source()
    };
    Field[] all = Arrays.copyOf(fields, fields.length + more.length);
    System.arraycopy(more, 0, all, fields.length, more.length);
    return Field.object("", 0, Action.CONTENT, Borders.OTHER, all)
        .others(Field.raw("", ANY, Action.CONTENT, Borders.OTHER));
  }

  private static Field source() {
    return Field.object(
        "source",
        NULL | STRING | ARRAY,
        Action.NONE,
        0,
        Field.text("data", STRING | NULL, Action.MEDIA, Borders.IMAGE),
        Field.text("url", STRING | NULL, Action.MEDIA, Borders.IMAGE),
        Field.text("file_id", STRING | NULL, Action.MEDIA, Borders.IMAGE));
  }

  @Override
  public Field fields() {
    return FIELDS;
  }

  @Override
  public String malformed(String cause) {
    return "error unmarshaling request body: " + cause;
  }

  @Override
  public String invalid(String cause) {
    return "error parsing messages request: " + cause;
  }

  @Override
  public String missing(boolean present) {
    return "invalid messages request: must have at least one message";
  }
}

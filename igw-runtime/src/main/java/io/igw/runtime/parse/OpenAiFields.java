package io.igw.runtime.parse;

import static io.igw.runtime.parse.Field.ANY;
import static io.igw.runtime.parse.Field.ARRAY;
import static io.igw.runtime.parse.Field.NULL;
import static io.igw.runtime.parse.Field.NUMBER;
import static io.igw.runtime.parse.Field.OBJECT;
import static io.igw.runtime.parse.Field.STRING;

import io.igw.runtime.parse.Field.Capture;
import java.util.Arrays;

/**
 * The OpenAI documents as tables (plugins-request-control-parsers.md 3). Content goes into the
 * prompt in document order.
 */
final class OpenAiFields {
  // Values that are kept.
  static final int MODEL = 1;
  static final int SALT = 2;
  static final int STREAM = 3;
  static final int MAX_TOKENS = 4;
  static final int MAX_COMPLETION_TOKENS = 5;
  // Places that the reader watches.
  static final int MESSAGES = 6;
  static final int MESSAGE = 7;
  static final int PROMPT = 8;
  static final int PROMPT_ITEM = 9;
  // Borders in the prompt: what kind of content follows.
  static final int ROLE = 16;
  static final int TEXT = 17;
  static final int MEDIA = 18;
  static final int CALLS = 19;
  static final int BLOCK = 20;

  static final Field CHAT = root(messages());
  static final Field COMPLETIONS = root(prompt());

  /** For requests without a path: whichever of the two is there decides. */
  static final Field ANY_SHAPE = root(messages(), prompt());

  private OpenAiFields() {}

  private static Field root(Field... content) {
    Field[] common = {
      // A model of another type counts as none, as in the reference.
      new Field("model", ANY, Capture.TEXT, MODEL),
      new Field("cache_salt", ANY, Capture.TEXT, SALT),
      new Field("stream", ANY, Capture.SCALAR, STREAM),
      new Field("max_tokens", ANY, Capture.SCALAR, MAX_TOKENS),
      new Field("max_completion_tokens", ANY, Capture.SCALAR, MAX_COMPLETION_TOKENS),
      new Field("tools", ANY, Capture.RAW_SEED, 0),
      new Field("documents", ANY, Capture.RAW_SEED, 0),
      new Field("chat_template", ANY, Capture.RAW_SEED, 0),
      new Field("chat_template_kwargs", ANY, Capture.RAW_SEED, 0)
    };
    Field[] all = Arrays.copyOf(content, content.length + common.length);
    System.arraycopy(common, 0, all, content.length, common.length);
    return new Field("request", OBJECT, Capture.NONE, 0).fields(all);
  }

  private static Field messages() {
    Field media = new Field("image_url", STRING | OBJECT | NULL, Capture.RAW_CONTENT, MEDIA);
    Field block =
        new Field("", OBJECT | STRING, Capture.CONTENT, BLOCK)
            .fields(
                new Field("text", STRING | NULL, Capture.CONTENT, TEXT),
                media,
                new Field("input_audio", STRING | OBJECT | NULL, Capture.RAW_CONTENT, MEDIA),
                new Field("video_url", STRING | OBJECT | NULL, Capture.RAW_CONTENT, MEDIA));
    Field message =
        new Field("", OBJECT, Capture.NONE, MESSAGE)
            .fields(
                new Field("role", STRING, Capture.CONTENT, ROLE),
                new Field("content", STRING | NULL | ARRAY, Capture.CONTENT, TEXT).elements(block),
                new Field("tool_calls", ARRAY | NULL, Capture.RAW_CONTENT, CALLS));
    return new Field("messages", ARRAY, Capture.NONE, MESSAGES).elements(message);
  }

  private static Field prompt() {
    Field item = new Field("", STRING | NUMBER, Capture.CONTENT, PROMPT_ITEM);
    return new Field("prompt", STRING | ARRAY, Capture.CONTENT, PROMPT).elements(item);
  }
}

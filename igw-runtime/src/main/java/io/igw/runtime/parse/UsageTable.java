package io.igw.runtime.parse;

import io.igw.runtime.parse.Field.Action;
import io.igw.spi.RequestParser;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the responses of an API tell their token counts (plugins-request-control-parsers.md 3.1,
 * 3.2, 4 and 6), and which of several tellings counts. Immutable.
 *
 * @param root the fields of a response or event
 * @param needle a key that every event with counts has, not null
 * @param prompt counts of the prompt, the preferred one first; {@link #BEFORE} stands for what an
 *     earlier event told
 * @param cached the same for cached tokens
 * @param completion the same for generated tokens
 * @param reasoning the same for those of them that were reasoning; empty: never told
 * @param finished whether an event counts only with a reason to finish
 */
record UsageTable(
    Field root,
    Needle needle,
    int[] prompt,
    int[] cached,
    int[] completion,
    int[] reasoning,
    boolean finished) {
  static final int BEFORE = -1;

  /** More than any table has. */
  static final int COUNTS = 8;

  private static final String EVENT_STREAM = "text/event-stream";

  static final UsageTable OPENAI = openAi();
  static final UsageTable ANTHROPIC = anthropic();
  static final UsageTable SGLANG = sglang();

  /** Reads a response of this content type. */
  RequestParser.ResponseBody response(@Nullable String contentType) {
    return contentType != null && contentType.toLowerCase(Locale.ROOT).contains(EVENT_STREAM)
        ? new EventStreamUsage(this)
        : new JsonUsage(this);
  }

  /** At the top, or inside {@code response} at the top as events of the responses API have it. */
  private static UsageTable openAi() {
    Field usage =
        Field.optional(
            "usage",
            Action.USAGE,
            Field.numeric("prompt_tokens", Action.COUNT, 0),
            Field.numeric("input_tokens", Action.COUNT, 1),
            Field.numeric("completion_tokens", Action.COUNT, 2),
            Field.numeric("output_tokens", Action.COUNT, 3),
            Field.optional(
                "prompt_tokens_details",
                Action.NONE,
                Field.numeric("cached_tokens", Action.COUNT, 4)),
            Field.optional(
                "input_tokens_details",
                Action.NONE,
                Field.numeric("cached_tokens", Action.COUNT, 5)),
            Field.optional(
                "completion_tokens_details",
                Action.NONE,
                Field.numeric("reasoning_tokens", Action.COUNT, 6)),
            Field.optional(
                "output_tokens_details",
                Action.NONE,
                Field.numeric("reasoning_tokens", Action.COUNT, 7)));
    Field root =
        Field.optional("", Action.NONE, usage, Field.optional("response", Action.NONE, usage));
    return new UsageTable(
        root,
        new Needle("usage"),
        new int[] {0, 1, BEFORE},
        new int[] {5, 4, BEFORE},
        new int[] {2, 3, BEFORE},
        new int[] {7, 6, BEFORE},
        false);
  }

  /**
   * {@code message_start} tells of the prompt, {@code message_delta} of what was generated so far;
   * a delta's word on the prompt counts where the start had none.
   */
  private static UsageTable anthropic() {
    Field started =
        Field.optional(
            "usage",
            Action.USAGE,
            Field.number("input_tokens", Action.COUNT, 3),
            Field.number("cache_read_input_tokens", Action.COUNT, 4));
    Field usage =
        Field.optional(
            "usage",
            Action.USAGE,
            Field.number("input_tokens", Action.COUNT, 0),
            Field.number("cache_read_input_tokens", Action.COUNT, 1),
            Field.number("output_tokens", Action.COUNT, 2));
    Field root =
        Field.optional("", Action.NONE, usage, Field.optional("message", Action.NONE, started));
    return new UsageTable(
        root,
        new Needle("usage"),
        new int[] {3, BEFORE, 0},
        new int[] {4, BEFORE, 1},
        new int[] {2, BEFORE},
        new int[0],
        false);
  }

  private static UsageTable sglang() {
    Field root =
        Field.optional(
            "",
            Action.NONE,
            Field.optional(
                "meta_info",
                Action.USAGE,
                Field.number("prompt_tokens", Action.COUNT, 0),
                Field.number("cached_tokens", Action.COUNT, 1),
                Field.number("completion_tokens", Action.COUNT, 2),
                Field.kind("finish_reason", JsonSink.ANY, Action.FINISH)));
    return new UsageTable(
        root,
        new Needle("finish_reason"),
        new int[] {0, BEFORE},
        new int[] {1, BEFORE},
        new int[] {2, BEFORE},
        new int[0],
        true);
  }
}

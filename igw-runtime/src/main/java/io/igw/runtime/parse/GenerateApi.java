package io.igw.runtime.parse;

import static io.igw.runtime.parse.JsonSink.ANY;
import static io.igw.runtime.parse.JsonSink.NULL;
import static io.igw.runtime.parse.JsonSink.STRING;

import io.igw.runtime.parse.Field.Action;
import java.util.function.IntFunction;

/**
 * The APIs of engines that take token ids: vLLM's and SGLang's (plugins-request-control-parsers.md
 * 5 and 6). Immutable.
 */
enum GenerateApi implements JsonApi {
  VLLM(
      OpenAiFields.root(
          Field.list("token_ids", NULL, Action.MAIN, 0, OpenAiFields.TOKEN),
          Field.optional(
              "sampling_params", Action.LIMITS, Field.number("max_tokens", Action.LIMIT, 0)),
          Field.optional("features", Action.FEATURES, hashes(), placeholders()))) {
    @Override
    public String malformed(String cause) {
      return INVALID + cause;
    }

    @Override
    public String invalid(String cause) {
      int element = cause.indexOf("]: ");
      return cause.startsWith("token_ids[") && element > 0
          ? INVALID
              + cause.substring(0, element + 3)
              + "invalid value, "
              + cause.substring(element + 3)
          : INVALID + cause;
    }

    @Override
    public String missing(boolean present) {
      return INVALID + "must have non-empty token_ids field";
    }
  },
  SGLANG(
      Field.object(
          "",
          0,
          Action.NONE,
          0,
          Field.textOrRaw("lora_path", Action.MODEL, 0),
          OpenAiFields.STREAM,
          Field.list("input_ids", NULL, Action.MAIN, 0, OpenAiFields.TOKEN),
          Field.text("extra_key", STRING | NULL, Action.SALT, 0),
          Field.optional(
              "sampling_params", Action.LIMITS, Field.number("max_new_tokens", Action.LIMIT, 0)))) {
    @Override
    public String malformed(String cause) {
      return INVALID + cause;
    }

    @Override
    public String invalid(String cause) {
      if (cause.startsWith("extra_key")) {
        return "unsupported generate request: extra_key must be a string: " + cause;
      }
      return cause.startsWith("input_ids")
          ? INVALID + "input_ids must be an array of uint32 integers: " + cause
          : INVALID + cause;
    }

    @Override
    public String missing(boolean present) {
      return INVALID + (present ? "input_ids cannot be empty" : "input_ids must be provided");
    }

    /** The engine serves one model; a body may name an adapter. */
    @Override
    public boolean needsModel() {
      return false;
    }

    @Override
    public boolean usesModel() {
      return true;
    }
  };

  private static final String INVALID = "invalid generate request: ";
  private final Field fields;

  GenerateApi(Field fields) {
    this.fields = fields;
  }

  private static Field hashes() {
    return byModality(
        "mm_hashes", modality -> Field.text("", STRING | NULL, Action.MEDIA_HASH, modality));
  }

  private static Field placeholders() {
    return byModality(
        "mm_placeholders",
        modality ->
            Field.object(
                "",
                ANY,
                Action.PLACEHOLDER,
                modality,
                Field.number("length", Action.PLACEHOLDER_LENGTH, modality)));
  }

  private static Field byModality(String name, IntFunction<Field> element) {
    String[] names = {"image", "video", "audio"};
    Field[] lists = new Field[names.length];
    for (int i = 0; i < names.length; i++) {
      lists[i] = Field.list(names[i], ANY, Action.NONE, 0, element.apply(i));
    }
    return Field.optional(name, Action.NONE, lists)
        .others(Field.list("", ANY, Action.NONE, 0, element.apply(names.length)));
  }

  @Override
  public Field fields() {
    return fields;
  }
}

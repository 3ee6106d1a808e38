package io.igw.runtime.parse;

import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A GenerateRequest or EmbedRequest, hashed while it arrives. As on the wire, the last of several
 * inputs counts, and token ids of the same input add up.
 */
final class VllmGrpcRequest extends GrpcRequest {
  private static final int TOKENIZED = 1;
  private static final int TEXT = 2;
  private static final int TOKEN = 3;
  private static final int LIMIT = 4;
  private static final int STREAM = 5;
  private static final int PLACEHOLDER = 6;
  private static final int LENGTH = 7;
  private static final int HASH = 8;
  private static final int NESTED = 9;
  private static final int IMAGE = 0;

  private static final ProtoField EMBED = ProtoField.message(0, NESTED, tokenized(2));
  private static final ProtoField GENERATE =
      ProtoField.message(
          0,
          NESTED,
          tokenized(2),
          ProtoField.of(3, ProtoField.Kind.TEXT, TEXT),
          ProtoField.message(4, NESTED, ProtoField.of(8, ProtoField.Kind.NUMBER, LIMIT)),
          ProtoField.of(5, ProtoField.Kind.NUMBER, STREAM),
          ProtoField.message(
              7,
              NESTED,
              ProtoField.message(5, PLACEHOLDER, ProtoField.of(2, ProtoField.Kind.NUMBER, LENGTH)),
              ProtoField.of(6, ProtoField.Kind.BYTES, HASH)));

  private final boolean embed;
  private final PromptBuilder prompt = new PromptBuilder();
  private final PromptBuilder hash = new PromptBuilder();
  private @Nullable MediaFeatures features;

  /** TOKENIZED or TEXT, 0 before the first. */
  private int input;

  private long limit = -1;
  private boolean stream;

  VllmGrpcRequest(boolean embed) {
    super(embed ? "EmbedRequest" : "GenerateRequest", embed ? EMBED : GENERATE);
    this.embed = embed;
  }

  private static ProtoField tokenized(int number) {
    return ProtoField.message(number, TOKENIZED, ProtoField.of(2, ProtoField.Kind.NUMBERS, TOKEN));
  }

  @Override
  @Nullable String complete() {
    if (input == 0) {
      return embed ? "missing tokenized input in EmbedRequest" : "not supported request inputType";
    }
    if (features != null) {
      features.addTo(prompt);
    }
    return null;
  }

  @Override
  public void begin(ProtoField field) {
    switch (field.id) {
      case TOKENIZED, TEXT -> {
        if (input != field.id || input == TEXT) {
          prompt.clear();
        }
        input = field.id;
      }
      case PLACEHOLDER -> features().placeholder(IMAGE);
      default -> {}
    }
  }

  @Override
  public void number(ProtoField field, long value) {
    switch (field.id) {
      case TOKEN -> prompt.token((int) value);
      case LIMIT -> limit = value & 0xFFFF_FFFFL;
      case STREAM -> stream = value != 0;
      case LENGTH -> features().length(IMAGE, value & 0xFFFF_FFFFL);
      default -> {}
    }
  }

  @Override
  public void bytes(ProtoField field, byte[] source, int offset, int length) {
    (field.id == HASH ? hash : prompt).bytes(source, offset, length);
  }

  @Override
  public void end(ProtoField field) {
    if (field.id == HASH) {
      features().hash(IMAGE, hash.digest());
      hash.clear();
    }
  }

  private MediaFeatures features() {
    if (features == null) {
      features = new MediaFeatures();
    }
    return features;
  }

  /** The engine serves one model. */
  @Override
  public @Nullable String model() {
    return null;
  }

  @Override
  public boolean stream() {
    return stream;
  }

  @Override
  public int maxOutputTokens() {
    return (int) Math.min(Integer.MAX_VALUE, limit);
  }

  @Override
  public Prompt prompt(String targetModel) {
    return prompt.build(targetModel, null);
  }
}

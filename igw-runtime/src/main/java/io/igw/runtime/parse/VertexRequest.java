package io.igw.runtime.parse;

import io.igw.api.Prompt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request whose field 2 is a google.api.HttpBody: its field 2, the data, is a request to OpenAI.
 * Of several the last counts.
 */
final class VertexRequest extends GrpcRequest {
  private static final int BODY = 1;
  private static final int DATA = 2;
  private static final ProtoField FIELDS =
      ProtoField.message(
          0, 0, ProtoField.message(2, BODY, ProtoField.of(2, ProtoField.Kind.BYTES, DATA)));

  private final Supplier<JsonRequest> inside;
  private JsonRequest inner;
  private int mostLevels = JsonScanner.MAX_DEPTH;
  private boolean hasBody;

  VertexRequest(String message, Supplier<JsonRequest> inside) {
    super(message, FIELDS);
    this.inside = inside;
    this.inner = inside.get();
  }

  @Override
  public void limitDepth(int levels) {
    mostLevels = levels;
    inner.limitDepth(levels);
  }

  @Override
  public @Nullable String errorLimit() {
    return inner.errorLimit();
  }

  @Override
  @Nullable String complete() {
    if (!hasBody) {
      return message + " has no HttpBody";
    }
    String wrong = inner.finish().error();
    return wrong == null ? null : "parsing " + message + ": " + wrong;
  }

  @Override
  public void begin(ProtoField field) {
    hasBody = true;
    if (field.id == DATA) {
      inner = inside.get();
      inner.limitDepth(mostLevels);
    }
  }

  @Override
  public void number(ProtoField field, long value) {}

  @Override
  public void bytes(ProtoField field, byte[] source, int offset, int length) {
    inner.feed(source, offset, length);
  }

  @Override
  public void end(ProtoField field) {}

  @Override
  public @Nullable String model() {
    return inner.model();
  }

  @Override
  public boolean stream() {
    return inner.stream();
  }

  @Override
  public int maxOutputTokens() {
    return inner.maxOutputTokens();
  }

  @Override
  public Prompt prompt(String targetModel) {
    return inner.prompt(targetModel);
  }
}

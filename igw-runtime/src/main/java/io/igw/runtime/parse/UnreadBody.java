package io.igw.runtime.parse;

import io.igw.api.Prompt;
import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import org.jspecify.annotations.Nullable;

/** A body that is not looked at, or refused because of its path. Immutable. */
final class UnreadBody
    implements RequestParser.RequestBody, RequestParser.ResponseBody, RequestParser.Parsed {
  private final @Nullable String error;

  UnreadBody(@Nullable String error) {
    this.error = error;
  }

  @Override
  public void feed(byte[] source, int offset, int length) {}

  @Override
  public RequestParser.Parsed finish() {
    return this;
  }

  @Override
  public Usage usage() {
    return Usage.UNKNOWN;
  }

  @Override
  public @Nullable String error() {
    return error;
  }

  @Override
  public @Nullable String model() {
    return null;
  }

  @Override
  public boolean modelRequired() {
    return false;
  }

  @Override
  public long modelStart() {
    return -1;
  }

  @Override
  public long modelEnd() {
    return -1;
  }

  @Override
  public boolean stream() {
    return false;
  }

  @Override
  public int maxOutputTokens() {
    return -1;
  }

  @Override
  public Prompt prompt(String targetModel) {
    return Prompt.EMPTY;
  }
}

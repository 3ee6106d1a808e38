package io.igw.runtime.parse;

import io.igw.api.Prompt;
import io.igw.api.RequestHeaders;
import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes what no other parser claims and reads nothing of it: no model, no prompt, no usage
 * (plugins-request-control-parsers.md 9). Thread-safe.
 */
final class PassthroughParser implements RequestParser {
  private static final Unread UNREAD = new Unread();

  @Override
  public List<String> pathSuffixes() {
    return List.of();
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers) {
    return UNREAD;
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return UNREAD;
  }

  /** A body that is not looked at. Stateless. */
  private static final class Unread implements RequestBody, ResponseBody, Parsed {
    @Override
    public void feed(byte[] source, int offset, int length) {}

    @Override
    public Parsed finish() {
      return this;
    }

    @Override
    public Usage usage() {
      return Usage.UNKNOWN;
    }

    @Override
    public @Nullable String error() {
      return null;
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
}

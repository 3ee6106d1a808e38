package io.igw.runtime.parse;

import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import org.jspecify.annotations.Nullable;

/**
 * Usage of a stream of google.api.HttpBody, whose data together are a response of OpenAI: a JSON
 * object, or events if the first byte is not that of an object.
 */
final class VertexUsage implements RequestParser.ResponseBody, ProtoScanner.Visitor {
  private static final ProtoField BODY =
      ProtoField.message(0, 0, ProtoField.of(2, ProtoField.Kind.BYTES, 0));

  private final ProtoScanner scanner = new ProtoScanner(this);
  private final GrpcFrames frames = new GrpcFrames(new Messages());
  private RequestParser.@Nullable ResponseBody inner;
  private int mostLine = EventStreamUsage.MAX_LINE;

  @Override
  public void feed(byte[] source, int offset, int length) {
    frames.feed(source, offset, length);
  }

  @Override
  public Usage usage() {
    return inner == null ? Usage.UNKNOWN : inner.usage();
  }

  @Override
  public void limitLine(int bytes) {
    mostLine = bytes;
  }

  @Override
  public @Nullable String brokenLimit() {
    return inner == null ? null : inner.brokenLimit();
  }

  @Override
  public long events() {
    return inner == null ? -1 : inner.events();
  }

  @Override
  public void begin(ProtoField field) {}

  @Override
  public void number(ProtoField field, long value) {}

  @Override
  public void bytes(ProtoField field, byte[] source, int offset, int length) {
    if (inner == null) {
      inner =
          source[offset] == '{'
              ? new JsonUsage(UsageTable.OPENAI)
              : new EventStreamUsage(UsageTable.OPENAI);
      inner.limitLine(mostLine);
    }
    inner.feed(source, offset, length);
  }

  @Override
  public void end(ProtoField field) {}

  /** Every message is one body. */
  private final class Messages implements GrpcFrames.Sink {
    @Override
    public void begin(long length) {
      scanner.start(BODY, length);
    }

    @Override
    public void feed(byte[] source, int offset, int length) {
      scanner.feed(source, offset, length);
    }

    @Override
    public void end() {}
  }
}

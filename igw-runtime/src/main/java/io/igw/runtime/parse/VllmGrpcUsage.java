package io.igw.runtime.parse;

import io.igw.api.Usage;
import io.igw.spi.RequestParser;

/**
 * Usage of a stream of GenerateResponse or of one EmbedResponse; the last message with counts
 * counts. The two tell themselves apart by what field 2 is: a message, or the number of prompt
 * tokens; field 1 of an embedding is no message, which {@link ProtoField#lenient} passes over.
 */
final class VllmGrpcUsage implements RequestParser.ResponseBody, ProtoScanner.Visitor {
  private static final int NESTED = 0;
  private static final int PROMPT = 1;
  private static final int COMPLETION = 2;
  private static final int CACHED = 3;
  private static final int EMBEDDED = 4;

  private static final ProtoField RESPONSE =
      ProtoField.message(
          0,
          NESTED,
          ProtoField.lenient(1, NESTED, count(2, PROMPT), count(3, COMPLETION), count(4, CACHED)),
          ProtoField.lenient(2, NESTED, count(3, PROMPT), count(4, COMPLETION), count(5, CACHED)),
          count(2, EMBEDDED));

  private final ProtoScanner scanner = new ProtoScanner(this);
  private final GrpcFrames frames = new GrpcFrames(new Messages());
  private long prompt;
  private long completion;
  private long cached;
  private boolean embedded;
  private long messages;
  private Usage usage = Usage.UNKNOWN;

  private static ProtoField count(int number, int id) {
    return ProtoField.of(number, ProtoField.Kind.NUMBER, id);
  }

  @Override
  public void feed(byte[] source, int offset, int length) {
    frames.feed(source, offset, length);
  }

  @Override
  public Usage usage() {
    return usage;
  }

  @Override
  public long events() {
    return messages;
  }

  @Override
  public void begin(ProtoField field) {}

  @Override
  public void number(ProtoField field, long value) {
    long count = value & 0xFFFF_FFFFL;
    switch (field.id) {
      case PROMPT -> prompt = count;
      case COMPLETION -> completion = count;
      case CACHED -> cached = count;
      default -> {
        prompt = count;
        embedded = true;
      }
    }
  }

  @Override
  public void bytes(ProtoField field, byte[] source, int offset, int length) {}

  @Override
  public void end(ProtoField field) {}

  private void commit() {
    if (embedded) {
      usage = prompt > 0 ? new Usage(prompt, -1, -1) : usage;
    } else if (prompt > 0 || completion > 0) {
      usage = new Usage(prompt, cached, completion);
    }
  }

  /** A message whose end is wrong tells nothing. */
  private final class Messages implements GrpcFrames.Sink {
    @Override
    public void begin(long length) {
      scanner.start(RESPONSE, length);
      prompt = 0;
      completion = 0;
      cached = 0;
      embedded = false;
    }

    @Override
    public void feed(byte[] source, int offset, int length) {
      scanner.feed(source, offset, length);
    }

    @Override
    public void end() {
      messages++;
      if (scanner.error() == null) {
        commit();
      }
    }
  }
}

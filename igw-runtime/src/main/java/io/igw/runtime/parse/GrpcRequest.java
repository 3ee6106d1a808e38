package io.igw.runtime.parse;

import io.igw.spi.RequestParser;
import org.jspecify.annotations.Nullable;

/**
 * A request in gRPC frames, whose first message is read; what a further frame holds is not looked
 * at. Lengths stand in front of everything, so a model's name cannot be replaced.
 */
abstract class GrpcRequest
    implements RequestParser.RequestBody, RequestParser.Parsed, ProtoScanner.Visitor {
  /** Type of the message, for errors. */
  final String message;

  private final GrpcFrames frames;
  private final ProtoScanner scanner = new ProtoScanner(this);

  /** Frames that have begun; a call has one. */
  private int messages;

  private @Nullable String malformed;
  private @Nullable String error;

  /**
   * A request without a byte so far.
   *
   * @param message its type, for errors
   * @param fields that are looked at
   */
  GrpcRequest(String message, ProtoField fields) {
    this.message = message;
    this.frames = new GrpcFrames(new FirstMessage(fields));
  }

  /** Called once the message is there and sound: what else is wrong with it, null if nothing. */
  abstract @Nullable String complete();

  @Override
  public final void feed(byte[] source, int offset, int length) {
    frames.feed(source, offset, length);
  }

  @Override
  public final RequestParser.Parsed finish() {
    String frame = frames.error();
    if (frame != null || messages == 0) {
      error = "invalid or unsupported gRPC payload: " + (frame == null ? "no message" : frame);
    } else if (malformed != null) {
      error = "unmarshaling " + message + ": " + malformed;
    } else {
      error = complete();
    }
    return this;
  }

  @Override
  public final @Nullable String error() {
    return error;
  }

  @Override
  public final boolean modelRequired() {
    return false;
  }

  @Override
  public final boolean usesModel() {
    return true;
  }

  @Override
  public final long modelStart() {
    return -1;
  }

  @Override
  public final long modelEnd() {
    return -1;
  }

  private final class FirstMessage implements GrpcFrames.Sink {
    private final ProtoField fields;

    FirstMessage(ProtoField fields) {
      this.fields = fields;
    }

    @Override
    public void begin(long length) {
      if (++messages == 1) {
        scanner.start(fields, length);
      }
    }

    @Override
    public void feed(byte[] source, int offset, int length) {
      if (messages == 1) {
        scanner.feed(source, offset, length);
      }
    }

    @Override
    public void end() {
      if (messages == 1) {
        malformed = scanner.error();
      }
    }
  }
}

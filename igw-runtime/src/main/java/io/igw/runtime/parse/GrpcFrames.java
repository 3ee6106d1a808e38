package io.igw.runtime.parse;

import org.jspecify.annotations.Nullable;

/**
 * Takes gRPC frames apart as they come: a flag byte, four bytes of length, the message; cut
 * anywhere, several in a piece, compressed with gzip or not (plugins-request-control-parsers.md 7).
 * Keeps nothing of a message, so that a length that lies costs nothing. Not thread-safe.
 */
final class GrpcFrames {
  /** Hears messages in pieces. */
  interface Sink {
    /** A message begins; its length in bytes, -1 if it is compressed. */
    void begin(long length);

    /** The next bytes; the array is only valid during the call. */
    void feed(byte[] source, int offset, int length);

    /** The message is whole. */
    void end();
  }

  private static final int HEADER = 5;

  private final Sink sink;
  private @Nullable Gunzip gunzip;
  private int header;
  private boolean compressed;
  private long length;
  private long taken;
  private @Nullable String error;

  GrpcFrames(Sink sink) {
    this.sink = sink;
  }

  /** What is wrong if the input ends here, null if nothing. */
  @Nullable String error() {
    if (error != null) {
      return error;
    }
    if (header > 0 && header < HEADER) {
      return "invalid gRPC frame: expected at least 5 bytes for header, got " + header;
    }
    return header == HEADER
        ? "incomplete gRPC payload: header indicates "
            + length
            + " bytes, but only "
            + taken
            + " bytes are available"
        : null;
  }

  /** The next bytes; ignored behind an error. */
  void feed(byte[] source, int offset, int count) {
    int at = offset;
    int end = offset + count;
    while (at < end && error == null) {
      if (header < HEADER) {
        header(source[at++] & 0xFF);
      } else {
        int part = (int) Math.min(end - at, length - taken);
        taken += part;
        message(source, at, part);
        at += part;
      }
      if (header == HEADER && taken == length && error == null) {
        endMessage();
      }
    }
  }

  private void header(int b) {
    if (header == 0) {
      if (b > 1) {
        error = "invalid gRPC frame: flag " + b;
        return;
      }
      compressed = b == 1;
      length = 0;
      taken = 0;
    } else {
      length = length << 8 | b;
    }
    if (++header == HEADER) {
      sink.begin(compressed ? -1 : length);
      if (compressed) {
        gunzip = new Gunzip(sink);
      }
    }
  }

  private void message(byte[] source, int offset, int count) {
    if (gunzip == null) {
      sink.feed(source, offset, count);
    } else {
      error = gunzip.feed(source, offset, count);
      if (error != null) {
        gunzip.close();
      }
    }
  }

  private void endMessage() {
    Gunzip packed = gunzip;
    gunzip = null;
    header = 0;
    if (packed != null) {
      packed.close();
      if (!packed.complete()) {
        error = "incomplete gRPC payload: the compressed message is cut off";
        return;
      }
    }
    sink.end();
  }
}

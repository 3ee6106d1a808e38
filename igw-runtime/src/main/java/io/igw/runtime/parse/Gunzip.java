package io.igw.runtime.parse;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks one gzip member (RFC 1952) as it comes, in pieces of 8 KiB, to at most {@value
 * #MAX_LENGTH} bytes. Its check sum is the server's business. Not thread-safe.
 */
final class Gunzip {
  /** Longest message once unpacked. */
  static final long MAX_LENGTH = 64 << 20;

  private static final int PIECE = 8192;
  private static final int FIXED = 10;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final String UNSUPPORTED = "compressed gRPC payload is not supported: not gzip";

  private final GrpcFrames.Sink sink;
  private final Inflater inflater = new Inflater(true);
  private final byte[] piece = new byte[PIECE];
  private int header;
  private int flags;

  /** Bytes of an optional field to pass over; negative: its length is still to come. */
  private int skip;

  private long unpacked;
  private boolean complete;

  Gunzip(GrpcFrames.Sink sink) {
    this.sink = sink;
  }

  /** Whether the end of the compressed data was seen. */
  boolean complete() {
    return complete;
  }

  /** Gives native memory back. */
  void close() {
    inflater.end();
  }

  /** The next bytes; what is wrong with them, null if nothing. */
  @Nullable String feed(byte[] source, int offset, int count) {
    int at = offset;
    int end = offset + count;
    while (at < end && (header < FIXED || flags != 0)) {
      if (!header(source[at++] & 0xFF)) {
        return UNSUPPORTED;
      }
    }
    return at < end && !complete ? inflate(source, at, end - at) : null;
  }

  private @Nullable String inflate(byte[] source, int offset, int count) {
    inflater.setInput(source, offset, count);
    try {
      int length = inflater.inflate(piece);
      while (length > 0) {
        unpacked += length;
        if (unpacked > MAX_LENGTH) {
          return "compressed gRPC payload is too large (expected: at most "
              + MAX_LENGTH
              + " bytes)";
        }
        sink.feed(piece, 0, length);
        length = inflater.inflate(piece);
      }
    } catch (DataFormatException e) {
      return "invalid gRPC frame: the compressed message is damaged";
    }
    complete = inflater.finished();
    return inflater.needsDictionary() ? UNSUPPORTED : null;
  }

  /** The next byte of the header; false if this is no gzip. */
  private boolean header(int b) {
    if (header < FIXED) {
      boolean right =
          switch (header) {
            case 0 -> b == 0x1F;
            case 1 -> b == 0x8B;
            case 2 -> b == 8;
            default -> true;
          };
      if (header == 3) {
        flags = b & (HEADER_CRC | EXTRA | NAME | COMMENT);
      }
      if (++header == FIXED) {
        beginOptional();
      }
      return right;
    }
    optional(b);
    return true;
  }

  private void beginOptional() {
    skip = (flags & EXTRA) != 0 ? -2 : (flags & (NAME | COMMENT)) == 0 ? HEADER_CRC : 0;
  }

  /** Optional fields in their order: extra, name, comment, check sum of the header. */
  private void optional(int b) {
    if ((flags & EXTRA) != 0) {
      if (skip == -2) {
        skip = -3 - b;
      } else if (skip < -2) {
        skip = -3 - skip | b << 8;
        endIf(EXTRA, skip == 0);
      } else {
        endIf(EXTRA, --skip == 0);
      }
    } else if ((flags & NAME) != 0) {
      endIf(NAME, b == 0);
    } else if ((flags & COMMENT) != 0) {
      endIf(COMMENT, b == 0);
    } else {
      endIf(HEADER_CRC, --skip == 0);
    }
  }

  private void endIf(int field, boolean last) {
    if (last) {
      flags &= ~field;
      beginOptional();
    }
  }
}

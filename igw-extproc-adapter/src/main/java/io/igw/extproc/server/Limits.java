package io.igw.extproc.server;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one server takes on.
 *
 * @param streams open at once, in all; more get 429. A single connection is told this number too
 * @param headerBytes of one request's headers, counted as HTTP/2 does: names, values and 32 bytes
 *     for each (RFC 9113, 6.5.2); more gets 431
 * @param streamBufferBytes that a stream which is not read from may send, 1 or more: the HTTP/2
 *     window
 * @param heldBodyBytes of request bodies that wait for their end or their decision, in all; beyond
 *     it bodies wait unread
 */
public record Limits(int streams, int headerBytes, int streamBufferBytes, long heldBodyBytes) {
  private static final int HEADER_OVERHEAD = 32;
  private static final int SHORTEST_LINE = 64;

  /** 512 MiB or a quarter of the heap, whichever is smaller. */
  public static long defaultHeldBodyBytes() {
    return Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 4);
  }

  /** 10,000 streams, 64 KiB of headers, 64 KiB of buffer, held bodies by the heap's size. */
  public static Limits defaults() {
    return new Limits(10_000, 64 << 10, 64 << 10, defaultHeldBodyBytes());
  }

  /** What waits unread may fill the buffers with a quarter more than is held. */
  HeldBytes budget() {
    long line = Math.max(SHORTEST_LINE, heldBodyBytes / streamBufferBytes * 5 / 4);
    return new HeldBytes(heldBodyBytes, (int) Math.min(line, Integer.MAX_VALUE));
  }

  /** Why a stream beyond the number is not served. */
  Rejection surplus() {
    return Rejection.of(
        Reason.SATURATED, "streams: more are open than are served (expected: <= " + streams + ")");
  }

  /** Why a request with these headers is not served, null if it is. */
  @Nullable Rejection refuses(List<HeaderValue> headers) {
    long bytes = headerBytes(headers);
    return bytes <= headerBytes
        ? null
        : Rejection.of(
            Reason.HEADERS_TOO_LARGE,
            "request headers: " + bytes + " bytes (expected: <= " + headerBytes + ")");
  }

  private static long headerBytes(List<HeaderValue> headers) {
    long bytes = 0;
    for (int i = 0, n = headers.size(); i < n; i++) {
      HeaderValue header = headers.get(i);
      ByteString raw = header.getRawValue();
      int value = raw.isEmpty() ? header.getValueBytes().size() : raw.size();
      // Names are ASCII and were read as text: as bytes they would be converted, and back again.
      bytes += header.getKey().length() + value + HEADER_OVERHEAD;
    }
    return bytes;
  }
}

package io.igw.extproc.server;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.igw.extproc.stream.HeaderList;
import org.jspecify.annotations.Nullable;

/**
 * How much of a request body the next message may bring: what the content length leaves, else a
 * whole message where bodies come whole, else as much as the largest piece so far. A message that
 * has begun to arrive cannot be stopped, so room is made for it before it is asked for.
 */
final class BodyLength {
  /** Envoy's pieces are no longer. */
  private static final int PIECE_BYTES = 64 * 1024;

  private final int maxMessageBytes;
  private long left = -1;
  private int largest = PIECE_BYTES;

  BodyLength(int maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
  }

  /** A message came; request headers may tell what follows. */
  void saw(ProcessingRequest message) {
    if (message.hasRequestBody()) {
      saw(message.getRequestBody().getBody().size());
    } else if (message.hasRequestHeaders() && !message.getRequestHeaders().getEndOfStream()) {
      HeaderList headers = new HeaderList(message.getRequestHeaders().getHeaders());
      left = number(headers.first("content-length"));
      if (message.getProtocolConfig().getRequestBodyMode() == BodySendMode.BUFFERED) {
        largest = maxMessageBytes;
      }
    }
  }

  /** A piece came. */
  void saw(int bytes) {
    largest = Math.max(largest, bytes);
    left = Math.max(-1, left - bytes);
  }

  /** Bytes, at least one. */
  long expected() {
    return left < 0 ? largest : Math.max(1, Math.min(left, maxMessageBytes));
  }

  private static long number(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 18) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}

package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;

/**
 * A reply that answers many requests, encoded once.
 *
 * @param message what it says
 * @param encoded the same on the wire
 */
public record KeptReply(ProcessingResponse message, ByteString encoded) {
  static KeptReply of(ProcessingResponse message) {
    return new KeptReply(message, message.toByteString());
  }
}

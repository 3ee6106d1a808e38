package io.igw.extproc.stream;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;

/**
 * Where a stream's replies go.
 *
 * <p><b>Threading.</b> Confined to the stream's event loop.
 */
public interface Replies {
  /** Whether the transport takes more without buffering; {@link ExtProcStream#writable} follows. */
  boolean ready();

  /** Sends a reply, buffering it if the transport is not ready. */
  void send(ProcessingResponse reply);

  /** Sends a reply that is encoded already, buffering it if the transport is not ready. */
  default void send(KeptReply reply) {
    send(reply.message());
  }

  /** Sends a piece of a body back, buffering it if the transport is not ready. */
  void send(BodyPiece piece);

  /** The decision has come, so what was held for it may be gone and more may be read. */
  default void decided() {}

  /** Ends the stream with status OK. */
  void complete();

  /** Ends the stream with a protocol error; {@code description} says what was expected. */
  void fail(String description);
}

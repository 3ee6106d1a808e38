package io.igw.extproc.server;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelDuplexHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies the small frames of one flush side by side and writes them as one: HTTP/2 writes the head
 * of a frame and its payload each in a buffer of its own, and for a reply of 200 bytes two entries
 * of the channel's queue and two of the kernel's vector cost more than the copy. Large payloads
 * pass uncopied. Order is kept, and a write is complete when the piece that holds it is.
 *
 * <p><b>Threading.</b> Confined to the channel's event loop.
 */
final class MergedWrites extends ChannelDuplexHandler {
  /** Longer ones are not copied: bytes. */
  static final int SMALL_BYTES = 2048;

  /** Of the largest piece. */
  static final int PIECE_BYTES = 32 * 1024;

  private @Nullable Piece piece;

  /** Of the next piece: two to four times what the last held, since a slow reader keeps many. */
  private int room = SMALL_BYTES;

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (!(message instanceof ByteBuf bytes) || bytes.readableBytes() > SMALL_BYTES) {
      passOn(context);
      context.write(message, promise);
      return;
    }
    if (piece != null && !piece.holds(bytes)) {
      passOn(context);
    }
    if (piece == null) {
      piece = new Piece(context.alloc().directBuffer(room, room));
    }
    piece.add(bytes, promise);
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    passOn(context);
    context.flush();
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    passOn(context);
    context.close(promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    passOn(context);
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    passOn(context);
  }

  private void passOn(ChannelHandlerContext context) {
    Piece whole = piece;
    if (whole != null) {
      piece = null;
      int fit = 4 * Integer.highestOneBit(whole.bytes.readableBytes());
      room = Math.max(SMALL_BYTES, Math.min(PIECE_BYTES, fit));
      context.write(whole.bytes).addListener(whole);
    }
  }

  /** What is written as one, and who waits for it. */
  private static final class Piece implements ChannelFutureListener {
    final ByteBuf bytes;
    private final List<ChannelPromise> promises = new ArrayList<>();

    Piece(ByteBuf bytes) {
      this.bytes = bytes;
    }

    boolean holds(ByteBuf more) {
      return more.readableBytes() <= bytes.writableBytes();
    }

    void add(ByteBuf more, ChannelPromise promise) {
      try {
        bytes.writeBytes(more);
      } finally {
        ReferenceCountUtil.release(more);
      }
      promises.add(promise);
    }

    @Override
    public void operationComplete(ChannelFuture done) {
      Throwable cause = done.cause();
      for (ChannelPromise promise : promises) {
        if (cause == null) {
          promise.trySuccess();
        } else {
          promise.tryFailure(cause);
        }
      }
    }
  }
}

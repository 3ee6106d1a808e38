package io.igw.extproc.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelOutboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Frames written one by one reach the channel together, in order, and each write is told. */
class MergedWritesTest {
  private final EmbeddedChannel channel = new EmbeddedChannel(new MergedWrites());
  private final List<ByteBuf> written = new ArrayList<>();

  @Test
  void smallWritesOfOneFlushAreOne() {
    ChannelFuture first = write(bytes(9, 1));
    ChannelFuture second = write(bytes(200, 2));
    assertThat(first.isDone()).isFalse();
    assertThat(channel.outboundMessages()).isEmpty();

    channel.flush();

    assertThat(first.isSuccess()).isTrue();
    assertThat(second.isSuccess()).isTrue();
    assertThat(channel.outboundMessages()).hasSize(1);
    ByteBuf one = channel.readOutbound();
    assertThat(one.readableBytes()).isEqualTo(209);
    assertThat(one.getByte(8)).isEqualTo((byte) 1);
    assertThat(one.getByte(9)).isEqualTo((byte) 2);
    one.release();
    channel.flush();
    assertThat(channel.outboundMessages()).isEmpty();
    allReleased();
  }

  /** What a slow reader leaves in the queue is not much more than it has to read. */
  @Test
  void aPieceHasRoomForWhatTheLastOneHeld() {
    assertThat(roomAfter(200)).isEqualTo(MergedWrites.SMALL_BYTES);
    for (int i = 0; i < 20; i++) {
      write(bytes(MergedWrites.SMALL_BYTES, i));
    }
    channel.flush();
    outbound().forEach(ByteBuf::release);
    assertThat(roomAfter(200)).isEqualTo(MergedWrites.PIECE_BYTES);
    assertThat(roomAfter(200)).isEqualTo(MergedWrites.SMALL_BYTES);
    allReleased();
  }

  private int roomAfter(int length) {
    write(bytes(length, 1));
    channel.flush();
    ByteBuf piece = channel.readOutbound();
    piece.release();
    return piece.maxCapacity();
  }

  @Test
  void aLargeWritePassesUncopiedInItsPlace() {
    ByteBuf large = bytes(MergedWrites.SMALL_BYTES + 1, 2);
    write(bytes(9, 1));
    write(large);
    write(bytes(9, 3));
    channel.flush();

    List<ByteBuf> pieces = outbound();
    assertThat(pieces.stream().map(ByteBuf::readableBytes).toList())
        .containsExactly(9, MergedWrites.SMALL_BYTES + 1, 9);
    assertThat(pieces.get(1)).isSameAs(large);
    pieces.forEach(ByteBuf::release);
    allReleased();
  }

  @Test
  void anyWritesComeOutInTheirOrder() {
    SplittableRandom random = new SplittableRandom(11);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    ByteArrayOutputStream came = new ByteArrayOutputStream();
    List<ChannelFuture> futures = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      int length = random.nextInt(10) == 0 ? random.nextInt(70_000) : random.nextInt(2_100);
      ByteBuf bytes = bytes(length, i);
      expected.writeBytes(copy(bytes));
      futures.add(write(bytes));
      if (random.nextInt(20) == 0) {
        channel.flush();
      }
    }
    channel.flush();
    for (ByteBuf piece : outbound()) {
      came.writeBytes(copy(piece));
      piece.release();
    }
    assertThat(came.toByteArray()).isEqualTo(expected.toByteArray());
    assertThat(futures).allMatch(ChannelFuture::isSuccess);
    allReleased();
  }

  @Test
  void whatIsNotFlushedFailsWithTheChannel() {
    ChannelFuture write = write(bytes(9, 1));

    channel.close();

    assertThat(write.isDone()).isTrue();
    assertThat(write.isSuccess()).isFalse();
    assertThat(outbound()).isEmpty();
    allReleased();
  }

  @Test
  void aWriteBehindTheEndFailsAndHoldsNothing() {
    channel.close();
    ChannelFuture write = write(bytes(9, 1));
    channel.flush();

    assertThat(write.isDone()).isTrue();
    assertThat(write.isSuccess()).isFalse();
    allReleased();
  }

  @Test
  void whoIsTakenOutLeavesNothingBehind() {
    ChannelFuture write = write(bytes(9, 1));
    channel.pipeline().remove(MergedWrites.class);
    channel.flush();

    assertThat(write.isSuccess()).isTrue();
    outbound().forEach(ByteBuf::release);
    allReleased();
  }

  @Test
  void aFailureReachesEveryWriteOfThePiece() {
    IllegalStateException cause = new IllegalStateException("line cut");
    channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(
                  ChannelHandlerContext context, Object message, ChannelPromise promise) {
                ((ByteBuf) message).release();
                promise.setFailure(cause);
              }
            });
    ChannelFuture first = write(bytes(9, 1));
    ChannelFuture second = write(bytes(9, 2));
    channel.flush();

    assertThat(first.cause()).isSameAs(cause);
    assertThat(second.cause()).isSameAs(cause);
    allReleased();
  }

  private ChannelFuture write(ByteBuf bytes) {
    return channel.write(bytes);
  }

  private ByteBuf bytes(int length, int value) {
    ByteBuf bytes = Unpooled.directBuffer(Math.max(1, length)).writeZero(length);
    for (int i = 0; i < length; i++) {
      bytes.setByte(i, value);
    }
    written.add(bytes);
    return bytes;
  }

  private static byte[] copy(ByteBuf bytes) {
    byte[] copy = new byte[bytes.readableBytes()];
    bytes.getBytes(bytes.readerIndex(), copy);
    return copy;
  }

  private List<ByteBuf> outbound() {
    List<ByteBuf> pieces = new ArrayList<>();
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      pieces.add(piece);
    }
    return pieces;
  }

  private void allReleased() {
    assertThat(written).allMatch(bytes -> bytes.refCnt() == 0);
  }
}

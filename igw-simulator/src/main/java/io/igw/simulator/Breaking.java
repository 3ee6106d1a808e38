package io.igw.simulator;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import java.nio.charset.StandardCharsets;

/** Ends a connection as no server should. Stateless. */
final class Breaking {
  private Breaking() {}

  /** Closing sends RST instead of FIN. */
  static void reset(ChannelHandlerContext ctx) {
    ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    ctx.close();
  }

  /** Bytes past the codec, which writes nothing but HTTP. */
  static void garbage(ChannelHandlerContext ctx) {
    ctx.pipeline()
        .firstContext()
        .writeAndFlush(Unpooled.copiedBuffer("\0no HTTP\r\n\r\n", StandardCharsets.US_ASCII))
        .addListener(ChannelFutureListener.CLOSE);
  }
}

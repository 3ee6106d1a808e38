package io.igw.simulator.demo;

import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** One request of a play on a connection of its own. One event loop. */
final class Call extends SimpleChannelInboundHandler<HttpObject> {
  private static final int OK = 200;

  private final Play play;
  private final Workload.Turn turn;
  private final int number;
  private final long startNanos;
  private final RequestParser.ResponseBody response;
  private @Nullable ChannelHandlerContext context;
  private int status;
  private boolean begun;

  /** {@code startNanos}: when it was meant to begin; what it waited for this process counts too. */
  Call(Play play, Workload.Turn turn, int number, long startNanos) {
    this.play = play;
    this.turn = turn;
    this.number = number;
    this.startNanos = startNanos;
    this.response = play.parser().response("text/event-stream");
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.POST,
            "/v1/chat/completions",
            Unpooled.wrappedBuffer(turn.body()));
    request
        .headers()
        .set(HttpHeaderNames.HOST, "demo")
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, turn.body().length)
        .set("x-request-id", "demo-" + number);
    ctx.writeAndFlush(request);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message instanceof HttpResponse head) {
      status = head.status().code();
    }
    if (!(message instanceof HttpContent content) || status != OK) {
      if (message instanceof LastHttpContent) {
        end(ctx, false);
      }
      return;
    }
    ByteBuf bytes = content.content();
    if (bytes.isReadable()) {
      if (!begun) {
        begun = true;
        play.firstToken(System.nanoTime() - startNanos);
      }
      byte[] copy = ByteBufUtil.getBytes(bytes);
      response.feed(copy, 0, copy.length);
    }
    if (content instanceof LastHttpContent) {
      Usage usage = response.usage();
      play.usage(usage.promptTokens(), usage.cachedTokens(), usage.completionTokens());
      end(ctx, usage.promptTokens() > 0);
    }
  }

  private void end(ChannelHandlerContext ctx, boolean complete) {
    play.ended(this, complete);
    ctx.close();
  }

  void cancel() {
    if (context != null) {
      end(context, false);
    } else {
      play.ended(this, false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    play.ended(this, false);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end(ctx, false);
  }
}

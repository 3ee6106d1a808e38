package io.igw.examples.gateway;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.runtime.ControlHeaders;
import io.igw.runtime.Exchange;
import io.igw.runtime.PickerRuntime;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: reads a request, asks for a decision, proxies. One request at a time; a
 * client that does not wait for its answer is cut off. One event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private final PickerRuntime runtime;
  private @Nullable Exchange exchange;
  private @Nullable HttpRequest request;
  private @Nullable CompositeByteBuf body;
  private @Nullable Channel upstream;

  ClientConnection(PickerRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpRequest head) {
        begin(ctx, head);
      }
      if (message instanceof HttpContent content) {
        body(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    if (exchange != null || head.decoderResult().isFailure()) {
      ctx.close();
      return;
    }
    request = head;
    body = ctx.alloc().compositeBuffer(1024);
    Exchange opened = runtime.open(ctx.channel().eventLoop());
    exchange = opened;
    opened.requestHeaders(
        name ->
            switch (name) {
              case ":path" -> head.uri();
              case ":method" -> head.method().name();
              default -> head.headers().get(name);
            },
        null);
  }

  private void body(ChannelHandlerContext ctx, HttpContent content) {
    Exchange current = exchange;
    CompositeByteBuf held = body;
    if (current == null || held == null) {
      return;
    }
    ByteBuf bytes = content.content();
    // Bytes go to the picker as they come; they are held until it is known where they go.
    byte[] piece = ByteBufUtil.getBytes(bytes);
    Rejection tooMuch = current.requestBody(piece, 0, piece.length);
    if (tooMuch != null) {
      refuse(ctx, tooMuch);
      return;
    }
    held.addComponent(true, bytes.retain());
    if (content instanceof LastHttpContent) {
      current.endRequest(outcome -> decided(ctx, current, outcome));
    }
  }

  private void decided(ChannelHandlerContext ctx, Exchange asked, Outcome outcome) {
    HttpRequest head = request;
    CompositeByteBuf held = body;
    if (exchange != asked || head == null || held == null) {
      return;
    }
    if (outcome instanceof Decision decision) {
      connect(ctx, asked, decision.endpoint(), upstreamRequest(asked, decision, head, held));
    } else {
      refuse(ctx, (Rejection) outcome);
    }
  }

  private FullHttpRequest upstreamRequest(
      Exchange asked, Decision decision, HttpRequest head, ByteBuf held) {
    ByteBuf content = edited(asked, held);
    body = null;
    FullHttpRequest copy =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, head.method(), head.uri(), content);
    copy.headers().set(head.headers());
    // What a client says under these names is for the gateway, or for nobody.
    ControlHeaders.ROUTING.forEach(copy.headers()::remove);
    ControlHeaders.CONTROL.forEach(copy.headers()::remove);
    copy.headers().remove(HttpHeaderNames.TRANSFER_ENCODING).remove(HttpHeaderNames.EXPECT);
    copy.headers().set(HttpHeaderNames.HOST, decision.endpoint().hostPort());
    copy.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    copy.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
    asked.upstreamHeaders().forEach(copy.headers()::set);
    return copy;
  }

  /** The body with the picker's edits: a rewritten model name, as a rule nothing. */
  private static ByteBuf edited(Exchange asked, ByteBuf held) {
    if (asked.bodyEdits().isEmpty()) {
      return held;
    }
    ByteBuf out = Unpooled.buffer(held.readableBytes());
    int from = 0;
    for (Exchange.BodyEdit edit : asked.bodyEdits()) {
      out.writeBytes(held, from, (int) edit.start() - from).writeBytes(edit.replacement());
      from = (int) edit.end();
    }
    out.writeBytes(held, from, held.readableBytes() - from);
    held.release();
    return out;
  }

  private void connect(
      ChannelHandlerContext ctx, Exchange asked, Endpoint endpoint, FullHttpRequest send) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(ctx.channel().eventLoop())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5000)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpClientCodec(),
                            new UpstreamConnection(asked, ctx, ClientConnection.this));
                  }
                })
            .connect(endpoint.host(), endpoint.port());
    upstream = connecting.channel();
    connecting.addListener(
        (ChannelFutureListener)
            done -> {
              if (done.isSuccess()) {
                done.channel().writeAndFlush(send);
              } else {
                send.release();
                unanswered(ctx, "the model server does not answer");
              }
            });
  }

  /** The lease is to end as a failure of the endpoint, not as a client that went away. */
  void unanswered(ChannelHandlerContext ctx, String message) {
    if (exchange != null) {
      exchange.responseHeaders(HttpResponseStatus.BAD_GATEWAY.code(), null, null);
    }
    failed(ctx, HttpResponseStatus.BAD_GATEWAY, message);
  }

  private void refuse(ChannelHandlerContext ctx, Rejection rejection) {
    HttpResponseStatus status = HttpResponseStatus.valueOf(rejection.reason().httpStatus());
    failed(ctx, status, rejection.message());
  }

  /**
   * Answers in the model server's stead. The request may not be read whole: the connection ends.
   */
  private void failed(ChannelHandlerContext ctx, HttpResponseStatus status, String message) {
    over();
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.copiedBuffer(message + "\n", StandardCharsets.UTF_8));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    HttpUtil.setContentLength(response, response.content().readableBytes());
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  /** The whole answer is on its way. */
  void answered(ChannelHandlerContext ctx) {
    boolean keep = request != null && HttpUtil.isKeepAlive(request);
    over();
    if (!keep) {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** The exchange of the request is done with: closing it gives the lease back. */
  void over() {
    if (exchange != null) {
      exchange.close();
      exchange = null;
    }
    if (body != null) {
      body.release();
      body = null;
    }
    request = null;
    if (upstream != null) {
      upstream.close();
      upstream = null;
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    // A slow client slows the model server down, not this process's memory up.
    if (upstream != null) {
      upstream.config().setAutoRead(ctx.channel().isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    over();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}

package io.igw.examples.gateway;

import io.igw.runtime.Exchange;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** The way back: every piece of the response to the exchange and to the client, at once. */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
  private final Exchange exchange;
  private final ChannelHandlerContext client;
  private final ClientConnection owner;
  private boolean begun;
  private boolean done;

  UpstreamConnection(Exchange exchange, ChannelHandlerContext client, ClientConnection owner) {
    this.exchange = exchange;
    this.client = client;
    this.owner = owner;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (((HttpObject) message).decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      ctx.close();
      return;
    }
    if (message instanceof HttpResponse head) {
      head(head);
    }
    boolean read = message instanceof HttpContent && exchange.wantsResponseBody();
    // The client's codec releases the message.
    client.write(read ? edited((HttpContent) message) : message);
    if (message instanceof LastHttpContent) {
      done = true;
      exchange.endResponse();
      client.flush();
      owner.answered(client);
    }
  }

  private HttpContent edited(HttpContent content) {
    byte[] piece = ByteBufUtil.getBytes(content.content());
    byte[] edited = exchange.editedResponse(piece);
    if (edited == piece) {
      return content;
    }
    HttpContent copy = content.replace(Unpooled.wrappedBuffer(edited));
    content.release();
    return copy;
  }

  private void head(HttpResponse head) {
    begun = true;
    exchange.responseHeaders(
        head.status().code(), head.headers().get(HttpHeaderNames.CONTENT_TYPE), null);
    head.headers().remove(HttpHeaderNames.CONNECTION);
    exchange.responseHeaderEdits().forEach(head.headers()::set);
    if (exchange.editsResponse()) {
      head.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
    }
    if (!HttpUtil.isContentLengthSet(head)) {
      HttpUtil.setTransferEncodingChunked(head, true);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    client.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (done) {
      return;
    }
    done = true;
    if (begun) {
      client.close();
    } else {
      owner.unanswered(client, "the model server hung up");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}

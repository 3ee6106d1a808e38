package io.igw.simulator;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;

import io.igw.spi.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One client connection of a model server: requests in order, one at a time. One event loop. */
final class ServerConnection extends ChannelInboundHandlerAdapter {
  private static final String JSON = "application/json";
  private static final int MAX_PIPELINED = 1024;

  private final ServerState server;
  private final Deque<HttpObject> pipelined = new ArrayDeque<>();
  private boolean answering;
  private @Nullable HttpRequest request;
  private String path = "";
  private RequestParser.@Nullable RequestBody body;
  private long bodyBytes;
  private @Nullable Generation generation;

  ServerConnection(ServerState server) {
    this.server = server;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    server.connections.add(ctx.channel());
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    HttpObject object = (HttpObject) message;
    if (answering || !pipelined.isEmpty()) {
      pipelined.add(object);
      if (pipelined.size() > MAX_PIPELINED) {
        ctx.close();
      }
      return;
    }
    handle(ctx, object);
  }

  private void handle(ChannelHandlerContext ctx, HttpObject object) {
    try {
      if (object.decoderResult().isFailure()) {
        ctx.close();
        return;
      }
      if (object instanceof HttpRequest head) {
        begin(head);
      }
      if (object instanceof HttpContent content) {
        bodyBytes += content.content().readableBytes();
        if (body != null && bodyBytes <= server.settings.maxBodyBytes()) {
          server.reader.feed(body, content.content());
        }
        if (object instanceof LastHttpContent) {
          answering = true;
          dispatch(ctx);
        }
      }
    } finally {
      ReferenceCountUtil.release(object);
    }
  }

  private void begin(HttpRequest head) {
    request = head;
    path = new QueryStringDecoder(head.uri()).path();
    bodyBytes = 0;
    boolean inference = path.equals("/v1/completions") || path.equals("/v1/chat/completions");
    body = inference && head.method().equals(HttpMethod.POST) ? server.reader.begin(path) : null;
  }

  private void dispatch(ChannelHandlerContext ctx) {
    if (body != null) {
      infer(ctx, body);
      return;
    }
    switch (path) {
      case "/health", "/ping" -> answer(ctx, HttpResponseStatus.OK, JSON, "");
      case "/v1/models" -> answer(ctx, HttpResponseStatus.OK, JSON, server.models());
      case "/metrics" -> {
        ByteBuf page = ctx.alloc().buffer(72 << 10);
        server.page.write(page);
        answer(ctx, HttpResponseStatus.OK, "text/plain; version=0.0.4; charset=utf-8", page);
      }
      case "/admin/fault" -> fault(ctx);
      default -> error(ctx, HttpResponseStatus.NOT_FOUND, "NotFoundError", "Not Found");
    }
  }

  private void fault(ChannelHandlerContext ctx) {
    HttpRequest head = request;
    String mode = null;
    if (head != null) {
      var values = new QueryStringDecoder(head.uri()).parameters().get("mode");
      mode = values == null ? null : values.get(0);
    }
    Fault fault = Fault.of(mode);
    if (fault == null) {
      String expected = "mode: " + mode + " (expected: ok, slow, 500, hang, reset, ";
      error(
          ctx, HttpResponseStatus.BAD_REQUEST, "BadRequestError", expected + "reset-mid-response)");
      return;
    }
    server.fault(fault);
    answer(ctx, HttpResponseStatus.OK, JSON, "{\"mode\":\"" + fault.mode() + "\"}");
  }

  private void infer(ChannelHandlerContext ctx, RequestParser.RequestBody read) {
    switch (server.fault) {
      case ERROR -> {
        error(
            ctx, HttpResponseStatus.INTERNAL_SERVER_ERROR, "InternalServerError", "engine is dead");
        return;
      }
      case HANG -> {
        return;
      }
      case RESET -> {
        reset(ctx);
        return;
      }
      default -> {
        // The engine answers.
      }
    }
    if (bodyBytes > server.settings.maxBodyBytes()) {
      String message = "body (expected: at most " + server.settings.maxBodyBytes() + " bytes)";
      error(ctx, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "BadRequestError", message);
      return;
    }
    RequestParser.Parsed parsed = read.finish();
    String wrong = parsed.error();
    String model = parsed.model();
    if (wrong != null || model == null || model.isEmpty()) {
      String message = wrong != null ? wrong : "model (expected: a model name)";
      error(ctx, HttpResponseStatus.BAD_REQUEST, "BadRequestError", message);
      return;
    }
    String id = header("x-request-id");
    OpenAiReply reply =
        new OpenAiReply(
            path.endsWith("/chat/completions"),
            parsed.stream(),
            id == null ? Long.toHexString(System.nanoTime()) : id,
            model,
            System.currentTimeMillis() / 1000);
    Generation.Listener listener =
        parsed.stream() ? new Stream(ctx, reply) : new Document(ctx, reply);
    generation =
        server.engine.submit(parsed.prompt(model), model, parsed.maxOutputTokens(), listener);
  }

  private @Nullable String header(String name) {
    return request == null ? null : request.headers().get(name);
  }

  private static void reset(ChannelHandlerContext ctx) {
    ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    ctx.close();
  }

  private void error(
      ChannelHandlerContext ctx, HttpResponseStatus status, String type, String message) {
    answer(ctx, status, JSON, OpenAiReply.error(status.code(), type, message));
  }

  private void answer(
      ChannelHandlerContext ctx, HttpResponseStatus status, String type, String text) {
    answer(ctx, status, type, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
  }

  private void answer(
      ChannelHandlerContext ctx, HttpResponseStatus status, String type, ByteBuf content) {
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    response.headers().set(CONTENT_LENGTH, content.readableBytes());
    headers(response, type);
    ctx.writeAndFlush(response);
    answered(ctx);
  }

  private void headers(HttpResponse response, String type) {
    HttpHeaders headers = response.headers();
    headers.set(CONTENT_TYPE, type);
    headers.set("x-served-by", server.hostPort());
    String id = header("x-request-id");
    if (id != null) {
      headers.set("x-request-id", id);
    }
    if (request != null && !HttpUtil.isKeepAlive(request)) {
      headers.set(CONNECTION, "close");
    }
  }

  private void answered(ChannelHandlerContext ctx) {
    generation = null;
    body = null;
    answering = false;
    if (request != null && !HttpUtil.isKeepAlive(request)) {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    request = null;
    while (!answering && !pipelined.isEmpty()) {
      handle(ctx, pipelined.remove());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (generation != null) {
      server.engine.abort(generation);
      generation = null;
    }
    pipelined.forEach(ReferenceCountUtil::release);
    pipelined.clear();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets by the peer are everyday business here; anything else shows in the client's test.
    ctx.close();
  }

  /** Sends the response as one document. */
  private final class Document implements Generation.Listener {
    private final ChannelHandlerContext ctx;
    private final OpenAiReply reply;

    Document(ChannelHandlerContext ctx, OpenAiReply reply) {
      this.ctx = ctx;
      this.reply = reply;
    }

    @Override
    public void token(int index) {
      // The document goes out whole.
    }

    @Override
    public void done() {
      Generation whole = generation;
      if (whole != null) {
        answer(ctx, HttpResponseStatus.OK, JSON, reply.document(whole));
      }
    }
  }

  /** Sends an event per token. */
  private final class Stream implements Generation.Listener {
    private final ChannelHandlerContext ctx;
    private final OpenAiReply reply;

    Stream(ChannelHandlerContext ctx, OpenAiReply reply) {
      this.ctx = ctx;
      this.reply = reply;
    }

    @Override
    public void token(int index) {
      Generation current = generation;
      if (current == null) {
        return;
      }
      if (index == 0) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        HttpUtil.setTransferEncodingChunked(head, true);
        headers(head, "text/event-stream; charset=utf-8");
        ctx.write(head);
      }
      boolean last = index + 1 == current.outputTokens;
      send(reply.tokenEvent(index, last));
      if (server.fault == Fault.RESET_MID_RESPONSE) {
        reset(ctx);
      }
    }

    @Override
    public void done() {
      Generation whole = generation;
      if (whole != null) {
        send(reply.lastEvents(whole));
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        answered(ctx);
      }
    }

    private void send(String events) {
      ctx.writeAndFlush(
          new DefaultHttpContent(Unpooled.copiedBuffer(events, StandardCharsets.UTF_8)));
    }
  }
}

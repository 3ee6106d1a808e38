package io.igw.simulator;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;

import io.igw.spi.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
  private @Nullable ByteArrayOutputStream embeddings;
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
        } else if (embeddings != null && bodyBytes <= server.settings.maxBodyBytes()) {
          embeddings.writeBytes(ByteBufUtil.getBytes(content.content()));
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
    boolean post = head.method().equals(HttpMethod.POST);
    boolean inference = path.equals("/v1/completions") || path.equals("/v1/chat/completions");
    body = inference && post ? server.reader.begin(path) : null;
    embeddings = post && path.equals("/v1/embeddings") ? new ByteArrayOutputStream() : null;
  }

  private void dispatch(ChannelHandlerContext ctx) {
    if (body != null || embeddings != null) {
      if (!failsOnPurpose(ctx)) {
        infer(ctx);
      }
      return;
    }
    if (path.equals(server.settings.kind().metricsPath())) {
      String type = "text/plain; version=0.0.4; charset=utf-8";
      answer(ctx, HttpResponseStatus.OK, type, server.metrics(ctx.alloc()));
      return;
    }
    switch (path) {
      case "/health", "/ping" -> answer(ctx, HttpResponseStatus.OK, JSON, "");
      case "/v1/models" -> answer(ctx, HttpResponseStatus.OK, JSON, server.models());
      case "/admin/fault" -> fault(ctx);
      case "/admin/restart" -> {
        server.engine.restart();
        answer(ctx, HttpResponseStatus.OK, JSON, "{\"restarted\":true}");
      }
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
      String message = "mode: " + mode + " (expected: one of " + Fault.modes() + ")";
      error(ctx, HttpResponseStatus.BAD_REQUEST, "BadRequestError", message);
      return;
    }
    server.fault(fault);
    answer(ctx, HttpResponseStatus.OK, JSON, "{\"mode\":\"" + fault.mode() + "\"}");
  }

  private boolean failsOnPurpose(ChannelHandlerContext ctx) {
    switch (server.fault) {
      case ERROR ->
          error(
              ctx,
              HttpResponseStatus.INTERNAL_SERVER_ERROR,
              "InternalServerError",
              "engine is dead");
      case HANG -> {
        // No answer ever comes.
      }
      case RESET -> Breaking.reset(ctx);
      case GARBAGE -> Breaking.garbage(ctx);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void infer(ChannelHandlerContext ctx) {
    if (bodyBytes > server.settings.maxBodyBytes()) {
      String message = "body (expected: at most " + server.settings.maxBodyBytes() + " bytes)";
      error(ctx, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "BadRequestError", message);
    } else if (body != null) {
      generate(ctx, body);
    } else if (embeddings != null) {
      embed(ctx, embeddings.toByteArray());
    }
  }

  private void embed(ChannelHandlerContext ctx, byte[] whole) {
    EmbeddingsRequest asked;
    try {
      asked = EmbeddingsRequest.read(whole);
    } catch (IOException | IllegalArgumentException e) {
      badRequest(ctx, e instanceof IOException ? "body (expected: JSON)" : e.getMessage());
      return;
    }
    Document.Text text = ended -> asked.document(id(), System.currentTimeMillis() / 1000);
    generation =
        server.engine.submit(
            asked.tokens(), new long[0], asked.model(), 1, new Document(ctx, text));
  }

  private String id() {
    String id = header("x-request-id");
    return id == null ? Long.toHexString(System.nanoTime()) : id;
  }

  private void badRequest(ChannelHandlerContext ctx, @Nullable String message) {
    error(ctx, HttpResponseStatus.BAD_REQUEST, "BadRequestError", String.valueOf(message));
  }

  private void generate(ChannelHandlerContext ctx, RequestParser.RequestBody read) {
    RequestParser.Parsed parsed = read.finish();
    String wrong = parsed.error();
    String model = parsed.model();
    if (wrong != null || model == null || model.isEmpty()) {
      badRequest(ctx, wrong != null ? wrong : "model (expected: a model name)");
      return;
    }
    OpenAiReply reply =
        new OpenAiReply(
            path.endsWith("/chat/completions"),
            parsed.stream(),
            id(),
            model,
            System.currentTimeMillis() / 1000);
    Generation.Listener listener =
        parsed.stream() ? new Stream(ctx, reply) : new Document(ctx, reply::document);
    generation =
        server.engine.submit(parsed.prompt(model), model, parsed.maxOutputTokens(), listener);
  }

  private @Nullable String header(String name) {
    return request == null ? null : request.headers().get(name);
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
    embeddings = null;
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
    /** The document of what was generated. */
    private interface Text {
      String of(Generation whole);
    }

    private final ChannelHandlerContext ctx;
    private final Text text;

    Document(ChannelHandlerContext ctx, Text text) {
      this.ctx = ctx;
      this.text = text;
    }

    @Override
    public void token(int index) {
      // The document goes out whole.
    }

    @Override
    public void impossible() {
      ServerConnection.this.impossible(ctx);
    }

    @Override
    public void done() {
      Generation whole = generation;
      if (whole != null) {
        answer(ctx, HttpResponseStatus.OK, JSON, text.of(whole));
      }
    }
  }

  /** As vLLM answers what its cache can never hold. */
  private void impossible(ChannelHandlerContext ctx) {
    if (generation != null) {
      badRequest(ctx, "The request needs more KV blocks than there are.");
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
      boolean last = index + 1 == current.outputTokens();
      send(reply.tokenEvent(index, last));
      if (server.fault == Fault.RESET_MID_RESPONSE) {
        Breaking.reset(ctx);
      }
    }

    @Override
    public void impossible() {
      Generation part = generation;
      if (part == null || part.generated() == 0) {
        ServerConnection.this.impossible(ctx);
      } else {
        Breaking.reset(ctx);
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

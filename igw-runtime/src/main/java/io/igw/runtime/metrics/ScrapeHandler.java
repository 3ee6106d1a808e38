package io.igw.runtime.metrics;

import io.igw.api.EndpointId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection to an endpoint: sends a request when told to and hands the body of the
 * response on as it arrives. Redirects are not followed, nothing is decompressed.
 *
 * <p><b>Threading.</b> Confined to the channel's event loop.
 *
 * <p><b>Cost.</b> Each byte of a body is copied once, out of the direct buffer it was read into.
 */
final class ScrapeHandler extends ChannelInboundHandlerAdapter {
  /** Hears how a request fares. After {@link #failed} the connection is of no more use. */
  interface Listener {
    /** A good response begins. */
    void responded();

    /** The next bytes of the page; the array is only read during the call. */
    void content(byte[] source, int offset, int length);

    /** The page is complete; {@code reusable} tells whether the connection stays open. */
    void completed(boolean reusable);

    /** There will be no page; {@code answered} tells whether anything came back at all. */
    void failed(String reason, boolean answered);
  }

  private final EndpointId id;
  private final byte[] scratch;
  private final long maxPageBytes;
  private @Nullable Listener listener;
  private @Nullable ChannelHandlerContext context;
  private boolean answered;
  private boolean headSeen;
  private boolean informational;
  private boolean keepAlive;
  private long bytes;

  /**
   * A handler.
   *
   * @param id of the endpoint, for messages
   * @param scratch shared by the handlers of one event loop
   */
  ScrapeHandler(EndpointId id, byte[] scratch, long maxPageBytes) {
    this.id = id;
    this.scratch = scratch;
    this.maxPageBytes = maxPageBytes;
  }

  /** Sends a request; the connection must be open and idle. */
  void request(byte[] request, Listener hearer) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || !ctx.channel().isActive()) {
      hearer.failed("connection closed", false);
      return;
    }
    listener = hearer;
    answered = false;
    headSeen = false;
    informational = false;
    bytes = 0;
    ByteBuf buffer = ctx.alloc().directBuffer(request.length).writeBytes(request);
    ctx.writeAndFlush(buffer, ctx.voidPromise());
  }

  /**
   * Leaves what comes in the kernel until {@link #read}: a page is then there whole, and one
   * wake-up serves the pages of a group.
   */
  void holdReads() {
    if (context != null) {
      context.channel().config().setAutoRead(false);
    }
  }

  /** Reads what has come and what comes from now on. */
  void read() {
    if (context != null) {
      context.channel().config().setAutoRead(true);
    }
  }

  /** Whether a request can be sent. */
  boolean idle() {
    return listener == null && context != null && context.channel().isActive();
  }

  /** Gives up whatever is under way; the listener hears nothing more. */
  void abort() {
    listener = null;
    if (context != null) {
      context.close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (listener == null) {
        // Nothing was asked: the server is out of step.
        ctx.close();
        return;
      }
      answered = true;
      if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
        fail("no usable HTTP response: " + text(object.decoderResult().cause()));
      } else {
        if (message instanceof HttpResponse response) {
          head(response);
        }
        if (message instanceof HttpContent content && listener != null) {
          body(content);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void head(HttpResponse response) {
    int status = response.status().code();
    informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL && status != 101;
    if (informational) {
      return;
    }
    headSeen = true;
    String encoding = response.headers().get(HttpHeaderNames.CONTENT_ENCODING);
    long declared = HttpUtil.getContentLength(response, 0L);
    keepAlive = HttpUtil.isKeepAlive(response);
    if (status != 200) {
      fail("unexpected status code from " + id + ": " + status);
    } else if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      fail("content-encoding: " + encoding + " (expected: none)");
    } else if (declared > maxPageBytes) {
      fail(tooLong(declared));
    } else if (listener != null) {
      listener.responded();
    }
  }

  private String tooLong(long length) {
    return "page of " + length + " bytes or more (expected: <= " + maxPageBytes + ")";
  }

  private void body(HttpContent content) {
    if (informational) {
      return;
    }
    ByteBuf buffer = content.content();
    bytes += buffer.readableBytes();
    if (bytes > maxPageBytes) {
      fail(tooLong(bytes));
      return;
    }
    Listener hearer = listener;
    while (hearer != null && buffer.isReadable()) {
      int length = Math.min(scratch.length, buffer.readableBytes());
      buffer.readBytes(scratch, 0, length);
      hearer.content(scratch, 0, length);
    }
    if (hearer != null && content instanceof LastHttpContent) {
      listener = null;
      if (!keepAlive) {
        abort();
      }
      hearer.completed(keepAlive);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(headSeen ? "connection closed within the page" : "connection closed before a response");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(text(cause));
    ctx.close();
  }

  private void fail(String reason) {
    Listener hearer = listener;
    if (hearer != null) {
      abort();
      hearer.failed(reason, answered);
    }
  }

  /** What went wrong, in one line and without a stack trace. */
  static String text(@Nullable Throwable cause) {
    if (cause == null) {
      return "unknown cause";
    }
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    String name = root.getClass().getSimpleName();
    String text = message == null ? name : name + ": " + message;
    String line = text.lines().findFirst().orElse(name);
    return line.length() <= 200 ? line : line.substring(0, 200) + "…";
  }
}

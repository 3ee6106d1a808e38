package io.igw.extproc.server;

import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2LocalFlowController;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Stream;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Sets connections up in two ways for which gRPC's builder has no setting:
 *
 * <ul>
 *   <li>A connection has a wider HTTP/2 window than each of its streams: a data plane puts hundreds
 *       of streams on one connection, and the window of one stream for all of them would stop it
 *       after a few. What a stream may send unread stays as it is, since gRPC returns a
 *       connection's window for bytes as they come, read or not.
 *   <li>The frames of one flush are written in one piece ({@link MergedWrites}).
 * </ul>
 */
final class Connections implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final InternalProtocolNegotiator.ProtocolNegotiator negotiator;
  private final int moreBytes;

  private Connections(InternalProtocolNegotiator.ProtocolNegotiator negotiator, int moreBytes) {
    this.negotiator = negotiator;
    this.moreBytes = moreBytes;
  }

  /**
   * Credentials of a server.
   *
   * @param tls plaintext if null
   * @param moreBytes that a connection may send beyond the window of a stream; none if negative
   */
  static ServerCredentials of(@Nullable SslContext tls, int moreBytes) {
    InternalProtocolNegotiator.ProtocolNegotiator negotiator =
        tls == null
            ? InternalProtocolNegotiators.serverPlaintext()
            : InternalProtocolNegotiators.serverTls(tls);
    return InternalNettyServerCredentials.create(new Connections(negotiator, moreBytes));
  }

  @Override
  public AsciiString scheme() {
    return negotiator.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
    return new ChannelHandlerAdapter() {
      @Override
      public void handlerAdded(ChannelHandlerContext context) {
        ChannelPipeline pipeline = context.pipeline();
        connection.connection().addListener(new FirstStream(connection, pipeline));
        pipeline.replace(this, null, negotiator.newHandler(connection));
      }
    };
  }

  @Override
  public void close() {
    negotiator.close();
  }

  /** Acts when the connection is set up, and so its handlers are where they stay. */
  private final class FirstStream extends Http2ConnectionAdapter {
    private final GrpcHttp2ConnectionHandler handler;
    private final ChannelPipeline pipeline;
    private boolean done;

    FirstStream(GrpcHttp2ConnectionHandler handler, ChannelPipeline pipeline) {
      this.handler = handler;
      this.pipeline = pipeline;
    }

    @Override
    public void onStreamActive(Http2Stream stream) {
      if (done) {
        return;
      }
      done = true;
      pipeline.addBefore(pipeline.context(handler).name(), null, new MergedWrites());
      if (moreBytes > 0) {
        widen();
      }
    }

    private void widen() {
      Http2Connection connection = handler.connection();
      Http2LocalFlowController windows = handler.decoder().flowController();
      try {
        windows.incrementWindowSize(connection.connectionStream(), moreBytes);
      } catch (Http2Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

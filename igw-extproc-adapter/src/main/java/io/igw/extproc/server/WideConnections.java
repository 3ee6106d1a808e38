package io.igw.extproc.server;

import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2LocalFlowController;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Stream;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Gives a connection a wider HTTP/2 window than each of its streams, which gRPC's builder cannot
 * tell apart: a data plane puts hundreds of streams on one connection, and the window of one stream
 * for all of them would stop it after a few. What a stream may send unread stays as it is, since
 * gRPC returns a connection's window for bytes as they come, read or not.
 */
final class WideConnections implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final InternalProtocolNegotiator.ProtocolNegotiator negotiator;
  private final int moreBytes;

  private WideConnections(InternalProtocolNegotiator.ProtocolNegotiator negotiator, int moreBytes) {
    this.negotiator = negotiator;
    this.moreBytes = moreBytes;
  }

  /**
   * Credentials of a server.
   *
   * @param tls plaintext if null
   * @param moreBytes that a connection may send beyond the window of a stream
   */
  static ServerCredentials of(@Nullable SslContext tls, int moreBytes) {
    InternalProtocolNegotiator.ProtocolNegotiator negotiator =
        tls == null
            ? InternalProtocolNegotiators.serverPlaintext()
            : InternalProtocolNegotiators.serverTls(tls);
    return InternalNettyServerCredentials.create(
        moreBytes <= 0 ? negotiator : new WideConnections(negotiator, moreBytes));
  }

  @Override
  public AsciiString scheme() {
    return negotiator.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
    connection.connection().addListener(new Widening(connection));
    return negotiator.newHandler(connection);
  }

  @Override
  public void close() {
    negotiator.close();
  }

  /** With the first stream, when the connection is set up. */
  private final class Widening extends Http2ConnectionAdapter {
    private final GrpcHttp2ConnectionHandler handler;
    private boolean done;

    Widening(GrpcHttp2ConnectionHandler handler) {
      this.handler = handler;
    }

    @Override
    public void onStreamActive(Http2Stream stream) {
      if (done) {
        return;
      }
      done = true;
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

package io.igw.extproc.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Speaks ext-proc to the server itself, in Envoy's place, on one event loop: over one connection,
 * or over a new one for each exchange.
 */
public final class ExtProcClient implements ExchangeClient {
  private final String address;
  private final boolean expectDestination;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  /** Null for plaintext; made once, since that costs more than a handshake. */
  private final @Nullable SslContext tls;

  private final boolean churn;
  private final ManagedChannel channel;
  private final Set<Exchange> underWay = ConcurrentHashMap.newKeySet();

  /**
   * Of the server at {@code host:port}.
   *
   * @param tls encrypted; any certificate will do
   * @param expectDestination an answer without one is a fault
   * @param churn a new connection for each exchange
   * @param deadlineSeconds after which an exchange has failed
   */
  public ExtProcClient(
      String address, boolean tls, boolean expectDestination, boolean churn, int deadlineSeconds) {
    this.address = address;
    this.expectDestination = expectDestination;
    this.tls = tls ? anyCertificate() : null;
    this.churn = churn;
    this.channel = connect();
    // Not on the wire: Envoy sends no deadline, and one costs the server a timer per stream.
    group.scheduleWithFixedDelay(
        () -> underWay.forEach(exchange -> exchange.expire(deadlineSeconds)),
        1,
        1,
        TimeUnit.SECONDS);
  }

  private ManagedChannel connect() {
    NettyChannelBuilder builder = NettyChannelBuilder.forTarget(address);
    return (tls == null ? builder.usePlaintext() : builder.sslContext(tls))
        .directExecutor()
        .eventLoopGroup(group)
        .channelType(EpollSocketChannel.class)
        .flowControlWindow(1 << 20)
        .maxInboundMessageSize(16 << 20)
        .build();
  }

  private static SslContext anyCertificate() {
    try {
      return GrpcSslContexts.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public void begin(
      Scenario scenario,
      int variant,
      @Nullable ScheduledExecutorService pacer,
      ExchangeClient.End end) {
    ManagedChannel used = churn ? connect() : channel;
    ExchangeClient.End then =
        churn
            ? fault -> {
              used.shutdown();
              end.ended(fault);
            }
            : end;
    new Exchange(used, scenario, expectDestination, pacer, underWay, then).start(variant);
  }

  @Override
  public void retryNow() {
    channel.resetConnectBackoff();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}

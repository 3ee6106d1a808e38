package io.igw.extproc.server;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A plaintext gRPC server of one small service, on the same event loops. */
public final class HealthServer implements AutoCloseable {
  private static final int MESSAGE_BYTES = 64 * 1024;

  private final Server server;

  private HealthServer(Server server) {
    this.server = server;
  }

  /**
   * Binds and serves.
   *
   * @throws IOException if the address cannot be bound
   */
  public static HealthServer start(
      InetSocketAddress address, EventLoops loops, BindableService service) throws IOException {
    return new HealthServer(
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(loops.group())
            .workerEventLoopGroup(loops.group())
            .channelType(loops.channel())
            .directExecutor()
            .maxInboundMessageSize(MESSAGE_BYTES)
            .addService(service)
            .build()
            .start());
  }

  /** The port that is bound. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

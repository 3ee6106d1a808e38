package io.igw.examples.gateway;

import io.igw.runtime.PickerRuntime;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP/1.1 reverse proxy that sends each request where a {@link PickerRuntime} says.
 *
 * <p>What embedding takes is in {@link ClientConnection}: one exchange per request, told of headers
 * and bytes in both directions, asked once for a decision.
 */
public final class EmbeddedGateway implements AutoCloseable {
  private final EventLoopGroup loops;
  private final Channel listener;

  private EmbeddedGateway(EventLoopGroup loops, Channel listener) {
    this.loops = loops;
    this.listener = listener;
  }

  /**
   * Serves on a local port.
   *
   * @param runtime a started picker; it stays the caller's
   * @param port 0 for a free one
   */
  public static EmbeddedGateway start(PickerRuntime runtime, int port) {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("gateway", true), NioIoHandler.newFactory());
    try {
      Channel listener =
          new ServerBootstrap()
              .group(loops)
              .channel(NioServerSocketChannel.class)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      channel
                          .pipeline()
                          .addLast(new HttpServerCodec(), new ClientConnection(runtime));
                    }
                  })
              .bind("127.0.0.1", port)
              .syncUninterruptibly()
              .channel();
      return new EmbeddedGateway(loops, listener);
    } catch (RuntimeException e) {
      loops.shutdownGracefully();
      throw e;
    }
  }

  /** The port that it serves on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}

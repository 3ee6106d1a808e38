package io.igw.runtime.metrics;

import io.igw.api.Endpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to metrics pages on one event loop. A read takes up to 64 kB, so that a usual
 * page comes in one or two; the buffers come from a pool of one megabyte.
 *
 * <p><b>Threading.</b> Confined to the event loop; host names are looked up elsewhere.
 */
final class ScrapeClient {
  private static final int READ_BYTES = 64 * 1024;
  private static final int CONNECT_TIMEOUT_MILLIS = 1000;

  /** Hears how opening a connection fares. */
  interface Opened {
    /** The connection is open and idle. */
    void opened(ScrapeHandler connection);

    /** There is no connection. */
    void failed(String reason);
  }

  private final EventLoop loop;
  private final MetricsSource source;
  private final long maxPageBytes;
  private final Bootstrap bootstrap;
  private final byte[] scratch = new byte[READ_BYTES];

  ScrapeClient(EventLoop loop, MetricsSource source, long maxPageBytes) {
    this.loop = loop;
    this.source = source;
    this.maxPageBytes = maxPageBytes;
    PooledByteBufAllocator pool = new PooledByteBufAllocator(true, 0, 1, 8192, 7, 64, 16, false);
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.ALLOCATOR, pool)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS);
  }

  /** Opens a connection; the outcome comes later, on the event loop. */
  void open(Endpoint endpoint, Opened opened) {
    String host = endpoint.host();
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    if (literal != null) {
      connect(endpoint, literal, opened);
      return;
    }
    try {
      source.background().execute(() -> lookUp(endpoint, opened));
    } catch (RejectedExecutionException e) {
      loop.execute(() -> opened.failed("host name lookup was refused"));
    }
  }

  /** Off the event loop: the lookup may block. */
  private void lookUp(Endpoint endpoint, Opened opened) {
    @Nullable InetAddress address;
    try {
      address = InetAddress.getByName(endpoint.host());
    } catch (UnknownHostException e) {
      address = null;
    }
    InetAddress found = address;
    if (loop.isShuttingDown()) {
      return;
    }
    loop.execute(() -> {
      if (found == null) {
        opened.failed("unknown host: " + endpoint.host());
      } else {
        connect(endpoint, found, opened);
      }
    });
  }

  private void connect(Endpoint endpoint, InetAddress address, Opened opened) {
    int port = source.port(endpoint);
    ScrapeHandler handler = new ScrapeHandler(endpoint.id(), scratch, maxPageBytes);
    bootstrap
        .clone()
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                SslContext tls = source.tls();
                if (tls != null) {
                  channel
                      .pipeline()
                      .addLast(tls.newHandler(channel.alloc(), endpoint.host(), port));
                }
                HttpDecoderConfig config = new HttpDecoderConfig().setMaxChunkSize(READ_BYTES);
                channel.pipeline().addLast(new HttpResponseDecoder(config), handler);
              }
            })
        .connect(new InetSocketAddress(address, port))
        .addListener(future -> {
          if (future.isSuccess()) {
            opened.opened(handler);
          } else {
            opened.failed(ScrapeHandler.text(future.cause()));
          }
        });
  }
}

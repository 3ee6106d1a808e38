package io.igw.simulator;

import io.igw.api.Endpoint;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A model server without a model on a local port: the OpenAI API, an engine's metrics page, faults
 * on request ({@code POST /admin/fault?mode=}, one of {@link Fault#mode}) and {@code POST
 * /admin/restart} for empty caches.
 *
 * <p><b>Threading.</b> Any thread may call, but not an event loop of the servers: {@link #kill} and
 * {@link #restart} wait for one.
 */
public final class ModelServer {
  private static final String HOST = "127.0.0.1";
  private static final int BIND_ATTEMPTS = 100;

  private final EventLoop loop;
  private final ServerState state;
  private final int port;
  private @Nullable Channel listener;

  /** {@code wanted}: its port, 0 for a free one. */
  ModelServer(int wanted, EventLoop loop, ServerState state) {
    this.loop = loop;
    this.state = state;
    Channel bound = bind(wanted);
    this.listener = bound;
    this.port = ((InetSocketAddress) bound.localAddress()).getPort();
    state.hostPort(hostPort());
  }

  private Channel bind(int wanted) {
    for (int left = BIND_ATTEMPTS; ; left--) {
      ChannelFuture bound = tryBind(wanted).awaitUninterruptibly();
      if (bound.isSuccess()) {
        return bound.channel();
      }
      if (left == 0) {
        String message = "port " + wanted + ": " + bound.cause().getMessage();
        throw new UncheckedIOException(message, new IOException(bound.cause()));
      }
      afterSelect();
    }
  }

  /** A closed socket is gone only after the loop has polled once more. */
  private void afterSelect() {
    loop.schedule(() -> {}, 2, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }

  private ChannelFuture tryBind(int wanted) {
    return new ServerBootstrap()
        .group(loop, loop)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 1024)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpServerExpectContinueHandler())
                    .addLast(new ServerConnection(state));
              }
            })
        .bind(HOST, wanted);
  }

  /** The address to connect to. */
  public String host() {
    return HOST;
  }

  /** The port; it stays the same over restarts. */
  public int port() {
    return port;
  }

  /** {@code host:port}, as in {@code x-served-by}. */
  public String hostPort() {
    return Endpoint.hostPort(HOST, port);
  }

  /** What the server has done since it was made, restarts included. */
  public ServerCounters counters() {
    EngineCounters counters = state.counters;
    return new ServerCounters(
        counters.requests.sum(),
        counters.completed.sum(),
        counters.aborted.sum(),
        counters.promptTokens.sum(),
        counters.cachedTokens.sum(),
        counters.generatedTokens.sum());
  }

  /** What the server is doing now. */
  public ServerLoad load() {
    return loop.submit(() ->
            new ServerLoad(
                state.engine.waitingRequests(),
                state.engine.runningRequests(),
                state.engine.kvUsage(),
                List.copyOf(state.engine.loadedAdapters())))
        .syncUninterruptibly()
        .getNow();
  }

  /** Misbehaves from the next request on. */
  public void fault(Fault fault) {
    loop.submit(() -> state.fault(fault)).syncUninterruptibly();
  }

  /** Closes the port and resets all connections, as a crash does. */
  public synchronized void kill() {
    Channel open = listener;
    if (open == null) {
      return;
    }
    listener = null;
    open.close().syncUninterruptibly();
    loop.submit(
            () -> {
              for (Channel connection : state.connections) {
                connection.config().setOption(ChannelOption.SO_LINGER, 0);
              }
              state.connections.close();
              state.engine.restart();
              state.fault(Fault.OK);
            })
        .syncUninterruptibly();
    afterSelect();
  }

  /** Starts again on the same port with empty caches; kills it first if it runs. */
  public synchronized void restart() {
    kill();
    listener = bind(port);
  }
}

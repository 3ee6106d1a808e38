package io.igw.simulator;

import io.igw.api.EndpointId;
import io.igw.scheduler.EndpointSpec;
import io.igw.spi.RequestParser;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A fleet of model servers in this process on one or two event loops. Thread-safe. */
public final class ModelServers implements AutoCloseable {
  private static final int SERVERS_PER_LOOP = 64;

  private final EventLoopGroup loops;
  private final List<ModelServer> servers;

  private ModelServers(EventLoopGroup loops, List<ModelServer> servers) {
    this.loops = loops;
    this.servers = List.copyOf(servers);
  }

  /**
   * Starts servers on free local ports.
   *
   * @param count 1 or more
   */
  public static ModelServers start(int count, EngineSettings settings) {
    return start(count, 0, settings);
  }

  /**
   * Starts servers on consecutive local ports.
   *
   * @param count 1 or more
   * @param firstPort port of the first; 0 for free ones
   * @throws java.io.UncheckedIOException if a port is in use
   */
  public static ModelServers start(int count, int firstPort, EngineSettings settings) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
    }
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            count > SERVERS_PER_LOOP ? 2 : 1,
            new DefaultThreadFactory("model-servers", true),
            NioIoHandler.newFactory());
    List<ModelServer> servers = new ArrayList<>(count);
    try {
      RequestParser parser = OpenAiReader.parser();
      var pages = MetricsPage.pages(settings);
      for (int i = 0; i < count; i++) {
        EventLoop loop = loops.next();
        ServerState state = new ServerState(settings, loop, parser, pages);
        servers.add(new ModelServer(firstPort == 0 ? 0 : firstPort + i, loop, state));
      }
    } catch (RuntimeException | Error e) {
      stop(loops);
      throw e;
    }
    return new ModelServers(loops, servers);
  }

  /** The servers, in the order of their start. */
  public List<ModelServer> servers() {
    return servers;
  }

  /** One server. */
  public ModelServer server(int index) {
    return servers.get(index);
  }

  /** The servers as discovery knows them, named {@code server-0}, {@code server-1} and so on. */
  public List<EndpointSpec> endpoints() {
    return IntStream.range(0, servers.size()).mapToObj(this::endpoint).toList();
  }

  /** One server as discovery knows it. */
  public EndpointSpec endpoint(int index) {
    ModelServer server = servers.get(index);
    EndpointId id = new EndpointId("default", "server-" + index);
    return new EndpointSpec(id, server.host(), server.port(), 0, Map.of());
  }

  /** Kills all servers and ends their threads. */
  @Override
  public void close() {
    servers.forEach(ModelServer::kill);
    stop(loops);
  }

  private static void stop(EventLoopGroup loops) {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}

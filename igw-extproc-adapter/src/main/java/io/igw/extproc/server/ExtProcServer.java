package io.igw.extproc.server;

import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.stream.StreamHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server of ext-proc streams: bytes to decision on the connection's own event loop, no
 * thread per stream.
 */
public final class ExtProcServer implements AutoCloseable {
  private static final int HEADER_LIST_BYTES = 64 * 1024;
  private static final int CONNECTION_WINDOW_BYTES = 1 << 20;

  private final Server server;
  private final OpenStreams open;

  private ExtProcServer(Server server, OpenStreams open) {
    this.server = server;
    this.open = open;
  }

  /** A builder for a server of {@code handler}. */
  public static Builder builder(StreamHandler handler, EventLoops loops) {
    return new Builder(handler, loops);
  }

  /** The port that is bound. */
  public int port() {
    return server.getPort();
  }

  /** Streams that are open now. */
  public int openStreams() {
    return open.count();
  }

  /** Bytes of request bodies that are held or about to come. */
  public long heldBodyBytes() {
    return open.bodies().held();
  }

  /** Streams whose bodies wait for room. */
  public int waitingBodies() {
    return open.bodies().waiting();
  }

  /**
   * Takes no new streams and waits for the open ones.
   *
   * @return how many streams were cut because they outlived the time
   */
  public int drain(long timeoutNanos) throws InterruptedException {
    server.shutdown();
    if (server.awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS)) {
      return 0;
    }
    int cut = open.count();
    close();
    return cut;
  }

  /** Cuts what is open. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(3, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds and starts a server. Not thread-safe. */
  public static final class Builder {
    private final StreamHandler handler;
    private final EventLoops loops;
    private final List<BindableService> services = new ArrayList<>();
    private ErrorFormat errors = ErrorFormat.OPENAI;
    private StreamEvents events = StreamEvents.NONE;
    private @Nullable SslContext tls;
    private int maxMessageBytes = 16 << 20;
    private Limits limits = Limits.defaults();

    private Builder(StreamHandler handler, EventLoops loops) {
      this.handler = handler;
      this.loops = loops;
    }

    /** Sets how errors look; OpenAI's shape unless set. */
    public Builder errors(ErrorFormat errors) {
      this.errors = errors;
      return this;
    }

    /** Sets who hears of what streams swallow. */
    public Builder events(StreamEvents events) {
      this.events = events;
      return this;
    }

    /** Sets TLS; plaintext unless set. */
    public Builder tls(@Nullable SslContext tls) {
      this.tls = tls;
      return this;
    }

    /** Sets the limit of one inbound message; 16 MiB unless set (rule EPP-28). */
    public Builder maxMessageBytes(int maxMessageBytes) {
      this.maxMessageBytes = maxMessageBytes;
      return this;
    }

    /** Sets what the server takes on. */
    public Builder limits(Limits limits) {
      this.limits = limits;
      return this;
    }

    /** Adds a service on the same port. */
    public Builder service(BindableService service) {
      services.add(service);
      return this;
    }

    /**
     * Binds and serves.
     *
     * @throws IOException if the address cannot be bound
     */
    public ExtProcServer start(InetSocketAddress address) throws IOException {
      OpenStreams open = new OpenStreams(limits, maxMessageBytes);
      int moreBytes = CONNECTION_WINDOW_BYTES - limits.streamBufferBytes();
      ServerCredentials credentials = Connections.of(tls, moreBytes);
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(address, credentials)
              .bossEventLoopGroup(loops.group())
              .workerEventLoopGroup(loops.group())
              .channelType(loops.channel())
              .directExecutor()
              .maxInboundMessageSize(maxMessageBytes)
              .maxInboundMetadataSize(HEADER_LIST_BYTES)
              .maxConcurrentCallsPerConnection(limits.streams())
              .flowControlWindow(limits.streamBufferBytes())
              .permitKeepAliveTime(1, TimeUnit.SECONDS)
              .permitKeepAliveWithoutCalls(true)
              .addService(processService(open));
      services.forEach(builder::addService);
      return new ExtProcServer(builder.build().start(), open);
    }

    private ServerServiceDefinition processService(OpenStreams open) {
      ServerCallHandler<Object, ProcessMethod.Reply> process =
          new ServerCallHandler<>() {
            @Override
            public ServerCall.Listener<Object> startCall(
                ServerCall<Object, ProcessMethod.Reply> call, Metadata headers) {
              ProcessCall stream =
                  new ProcessCall(call, handler, loops.current(), errors, events, open);
              stream.begin();
              return stream;
            }
          };
      return ServerServiceDefinition.builder(ExternalProcessorGrpc.SERVICE_NAME)
          .addMethod(ProcessMethod.DESCRIPTOR, process)
          .build();
    }
  }
}

package io.igw.extproc.testing;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.igw.api.EndpointId;
import io.igw.extproc.metrics.PrometheusMetrics;
import io.igw.extproc.picker.GatewayProfile;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.server.EventLoops;
import io.igw.extproc.server.ExtProcServer;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real runtime behind a real server, with a channel to it. */
public final class Served implements AutoCloseable {
  public final PrometheusMetrics metrics = new PrometheusMetrics(true);
  public final PickerRuntime runtime;
  public final ExtProcServer server;
  public final ManagedChannel channel;
  private final EventLoops loops = new EventLoops(1);

  /** Serves a generic gateway. */
  public Served(PickerRuntime.Builder builder, ErrorFormat errors, EndpointSpec... endpoints)
      throws Exception {
    this(GatewayProfile.GENERIC, builder, errors, endpoints);
  }

  /** Serves endpoints; bodies over 2 MB are refused. */
  public Served(
      GatewayProfile gateway,
      PickerRuntime.Builder builder,
      ErrorFormat errors,
      EndpointSpec... endpoints)
      throws Exception {
    runtime =
        builder
            .endpoints(List.of(endpoints))
            .maxRequestBodyBytes(2_000_000)
            .metrics(metrics)
            .build();
    runtime.start();
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server =
        ExtProcServer.builder(new PickerHandler(runtime::open, false, false, gateway, false), loops)
            .events(metrics)
            .errors(errors)
            .start(new InetSocketAddress(loopback, 0));
    channel =
        NettyChannelBuilder.forAddress(new InetSocketAddress(loopback, server.port()))
            .usePlaintext()
            .build();
  }

  /** Endpoints a, b, c, ... at these addresses; nobody listens there. */
  public static EndpointSpec[] endpoints(String... addresses) {
    List<EndpointSpec> specs = new ArrayList<>();
    for (String address : addresses) {
      int colon = address.lastIndexOf(':');
      String name = Character.toString('a' + specs.size());
      specs.add(
          new EndpointSpec(
              new EndpointId("default", name),
              address.substring(0, colon),
              Integer.parseInt(address.substring(colon + 1)),
              0,
              Map.of()));
    }
    return specs.toArray(new EndpointSpec[0]);
  }

  /** A stream with its first messages. */
  public DataPlane open(ProcessingRequest... messages) {
    return new DataPlane(channel).send(messages);
  }

  @Override
  public void close() {
    try {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.close();
    runtime.close();
    loops.close();
  }
}

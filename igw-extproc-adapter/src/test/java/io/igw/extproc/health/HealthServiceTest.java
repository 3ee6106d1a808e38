package io.igw.extproc.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.igw.api.EndpointId;
import io.igw.extproc.health.v1.HealthCheckRequest;
import io.igw.extproc.health.v1.HealthCheckResponse;
import io.igw.extproc.health.v1.HealthCheckResponse.ServingStatus;
import io.igw.extproc.health.v1.HealthGrpc;
import io.igw.extproc.health.v1.HealthListRequest;
import io.igw.extproc.server.EventLoops;
import io.igw.extproc.server.HealthServer;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** epp-protocol.md 4, rules EPP-67 to EPP-69. */
@Timeout(240)
class HealthServiceTest {
  private volatile @Nullable String notReady = "discovery has not loaded";
  private final Readiness readiness = new Readiness(() -> notReady);
  private final HealthService service = new HealthService(readiness, Runnable::run);
  private EventLoops loops;
  private HealthServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    start(service);
  }

  private void start(HealthService service) throws Exception {
    loops = new EventLoops(1);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server = HealthServer.start(new InetSocketAddress(loopback, 0), loops, service);
    channel =
        NettyChannelBuilder.forAddress(new InetSocketAddress(loopback, server.port()))
            .usePlaintext()
            .build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    server.close();
    loops.close();
  }

  private ServingStatus check(String name) {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.newBuilder().setService(name).build())
        .getStatus();
  }

  @ParameterizedTest
  @CsvSource({
    "liveness, SERVING, SERVING, SERVING",
    "readiness, NOT_SERVING, SERVING, NOT_SERVING",
    "'', NOT_SERVING, SERVING, NOT_SERVING",
    "envoy.service.ext_proc.v3.ExternalProcessor, NOT_SERVING, SERVING, NOT_SERVING",
    "inference-extension, NOT_SERVING, SERVING, NOT_SERVING",
    "anything, SERVICE_UNKNOWN, SERVICE_UNKNOWN, SERVICE_UNKNOWN",
  })
  void names(String name, ServingStatus before, ServingStatus ready, ServingStatus draining) {
    assertThat(check(name)).isEqualTo(before);
    notReady = null;
    assertThat(check(name)).isEqualTo(ready);
    readiness.drain();
    assertThat(check(name)).isEqualTo(draining);
  }

  @Test
  void aRollOutWithoutACompleteRevisionIsNotServing() throws Exception {
    String config =
        """
        apiVersion: llm-d.ai/v1alpha1
        kind: EndpointPickerConfig
        plugins:
        - type: disaggregatedset-rollout-screener
          parameters:
            scope: {labelSelector: app=llm}
            revisionGating: {mode: sum, requireRoles: {values: [prefill, decode]}}
        - type: random-picker
        dataLayer: {injectDefaults: false}
        """;
    try (PickerRuntime runtime =
        PickerRuntime.builder()
            .yaml(config, "test.yaml")
            .allowExperimentalPlugins(true)
            .endpoints(List.of(pod("a", "prefill")))
            .build()) {
      stop();
      start(new HealthService(new Readiness(runtime::notReady), Runnable::run));
      runtime.start();
      assertThat(check("readiness")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(check("liveness")).isEqualTo(ServingStatus.SERVING);
      runtime.pool().upsert(pod("b", "decode"));
      while (runtime.pool().snapshot().size() < 2) {
        Thread.onSpinWait();
      }
      assertThat(check("readiness")).isEqualTo(ServingStatus.SERVING);
    }
  }

  private static EndpointSpec pod(String name, String role) {
    String label = "disaggregatedset.x-k8s.io/";
    Map<String, String> labels =
        Map.of("app", "llm", label + "revision", "r1", label + "role", role);
    return new EndpointSpec(new EndpointId("default", name), "127.9.0.1", 8000, 0, labels);
  }

  @Test
  void listNamesEveryService() {
    notReady = null;
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .list(HealthListRequest.getDefaultInstance())
                .getStatusesMap())
        .hasSize(5)
        .allSatisfy(
            (name, status) -> assertThat(status.getStatus()).isEqualTo(ServingStatus.SERVING));
  }

  @Test
  void watchersHearOfChanges() {
    Iterator<HealthCheckResponse> watch =
        HealthGrpc.newBlockingStub(channel)
            .watch(HealthCheckRequest.newBuilder().setService("readiness").build());
    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    notReady = null;
    service.refresh();
    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    readiness.drain();
    service.refresh();
    service.refresh();
    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
  }
}

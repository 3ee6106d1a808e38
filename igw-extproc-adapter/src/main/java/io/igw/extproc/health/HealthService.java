package io.igw.extproc.health;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.igw.extproc.health.v1.HealthCheckRequest;
import io.igw.extproc.health.v1.HealthCheckResponse;
import io.igw.extproc.health.v1.HealthCheckResponse.ServingStatus;
import io.igw.extproc.health.v1.HealthGrpc;
import io.igw.extproc.health.v1.HealthListRequest;
import io.igw.extproc.health.v1.HealthListResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * {@code grpc.health.v1.Health} with the names of epp-protocol.md 4 (rules EPP-67 to EPP-69):
 * {@code liveness} is SERVING while the process answers; the empty name, {@code readiness}, the
 * ext-proc service and {@code inference-extension} follow readiness; others are SERVICE_UNKNOWN.
 *
 * <p><b>Threading.</b> Checks on any thread; watchers belong to the agent, a serial executor.
 */
public final class HealthService extends HealthGrpc.HealthImplBase {
  private static final String LIVENESS = "liveness";
  private static final Set<String> READINESS =
      Set.of("", "readiness", "envoy.service.ext_proc.v3.ExternalProcessor", "inference-extension");
  private static final int MAX_WATCHERS = 1_000;

  private final Readiness readiness;
  private final Executor agent;
  private final List<Watcher> watchers = new ArrayList<>();

  private static final class Watcher {
    final String service;
    final ServerCallStreamObserver<HealthCheckResponse> observer;
    ServingStatus last;

    Watcher(
        String service,
        ServerCallStreamObserver<HealthCheckResponse> observer,
        ServingStatus first) {
      this.service = service;
      this.observer = observer;
      this.last = first;
    }
  }

  /** A service; {@link #refresh} has to be called on {@code agent} now and then. */
  public HealthService(Readiness readiness, Executor agent) {
    this.readiness = readiness;
    this.agent = agent;
  }

  private ServingStatus status(String service) {
    if (service.equals(LIVENESS)) {
      return ServingStatus.SERVING;
    }
    if (!READINESS.contains(service)) {
      return ServingStatus.SERVICE_UNKNOWN;
    }
    return readiness.notReady() == null ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  private static HealthCheckResponse response(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }

  @Override
  public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
    observer.onNext(response(status(request.getService())));
    observer.onCompleted();
  }

  @Override
  public void list(HealthListRequest request, StreamObserver<HealthListResponse> observer) {
    HealthListResponse.Builder all = HealthListResponse.newBuilder();
    all.putStatuses(LIVENESS, response(status(LIVENESS)));
    READINESS.forEach(name -> all.putStatuses(name, response(status(name))));
    observer.onNext(all.build());
    observer.onCompleted();
  }

  @Override
  public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
    ServerCallStreamObserver<HealthCheckResponse> call =
        (ServerCallStreamObserver<HealthCheckResponse>) observer;
    ServingStatus first = status(request.getService());
    Watcher watcher = new Watcher(request.getService(), call, first);
    call.setOnCancelHandler(() -> agent.execute(() -> watchers.remove(watcher)));
    agent.execute(() -> {
      if (watchers.size() >= MAX_WATCHERS) {
        call.onError(
            Status.RESOURCE_EXHAUSTED
                .withDescription("watchers (expected: at most " + MAX_WATCHERS + ")")
                .asRuntimeException());
        return;
      }
      call.onNext(response(first));
      watchers.add(watcher);
    });
  }

  /** Tells watchers what has changed. On the agent only. */
  public void refresh() {
    for (int i = watchers.size() - 1; i >= 0; i--) {
      Watcher watcher = watchers.get(i);
      if (watcher.observer.isCancelled()) {
        watchers.remove(i);
        continue;
      }
      ServingStatus now = status(watcher.service);
      if (now != watcher.last) {
        watcher.last = now;
        watcher.observer.onNext(response(now));
      }
    }
  }
}

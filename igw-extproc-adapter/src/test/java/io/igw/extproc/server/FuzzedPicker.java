package io.igw.extproc.server;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.extproc.fuzz.Parsers;
import io.igw.runtime.Exchange;
import io.igw.runtime.PickerMetrics;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.PluginCatalog;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.spi.PluginProvider;
import io.igw.spi.RequestState;
import io.igw.spi.SimpleProvider;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;

/** A real picker that answers when it is told to, and what has to be true of it in the end. */
final class FuzzedPicker {
  /** Requests with this header wait for {@link #release}. */
  static final String HOLD = "x-hold";

  static final List<String> ADDRESSES = List.of("10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.3:8000");
  static final int MAX_BODY_BYTES = 200_000;

  private final ArrayDeque<AsyncDataProducer.Done> held = new ArrayDeque<>();
  private final List<String> faults = new ArrayList<>();
  private final PickerRuntime runtime;
  private int started;
  private int ended;

  FuzzedPicker() {
    List<PluginProvider> providers = new ArrayList<>();
    ServiceLoader.load(PluginProvider.class).forEach(providers::add);
    providers.add(new HoldProvider());
    List<EndpointSpec> endpoints = new ArrayList<>();
    for (String address : ADDRESSES) {
      EndpointId id = new EndpointId("default", address.substring(0, address.indexOf(':')));
      endpoints.add(new EndpointSpec(id, id.name(), 8000, 0, Map.of()));
    }
    runtime =
        PickerRuntime.builder()
            .yaml(Parsers.configuration("token-load-scorer", "hold"), "fuzz.yaml")
            .pluginCatalog(PluginCatalog.of(providers))
            .endpoints(endpoints)
            .maxRequestBodyBytes(MAX_BODY_BYTES)
            .objective("low", -1)
            .metrics(new Counting())
            .seed(1)
            .build();
    runtime.start();
  }

  Exchange open(Executor loop) {
    return runtime.open(loop);
  }

  /** Lets the request go on that waits the longest. */
  void release(boolean failed) {
    AsyncDataProducer.Done done = held.poll();
    if (done == null) {
      return;
    }
    if (failed) {
      done.failed(new IllegalStateException("planted"));
    } else {
      done.ready();
    }
  }

  /** Whether requests wait. */
  boolean holds() {
    return !held.isEmpty();
  }

  void releaseAll() {
    while (!held.isEmpty()) {
      release(false);
    }
  }

  /** All streams are over: nothing may be left of them. */
  void assertNothingLeft() {
    if (!held.isEmpty()) {
      throw new AssertionError(held.size() + " producers not given up");
    }
    if (runtime.scheduler().openLeases() != 0 || inFlight() != 0) {
      throw new AssertionError(
          runtime.scheduler().openLeases() + " leases, in flight: " + inFlight());
    }
    if (started != ended || !faults.isEmpty()) {
      throw new AssertionError(started + " begun, " + ended + " ended, faults: " + faults);
    }
  }

  private double inFlight() {
    double sum = 0;
    for (int i = 0; i < ADDRESSES.size(); i++) {
      Endpoint endpoint = runtime.pool().snapshot().endpoint(i);
      sum += Math.abs(runtime.pool().inFlightRequests(endpoint));
      sum += Math.abs(runtime.pool().inFlightTokens(endpoint));
    }
    return sum;
  }

  private final class Counting implements PickerMetrics {
    @Override
    public void requestStarted(RequestLabels labels, long bodyBytes, long processingNanos) {
      started++;
    }

    @Override
    public void requestEnded(RequestLabels labels) {
      ended++;
    }

    @Override
    public void pluginFault(String plugin, String fault) {
      if (!plugin.equals("hold") && !fault.equals("slow")) {
        faults.add(plugin + " " + fault);
      }
    }
  }

  private final class HoldProvider extends SimpleProvider {
    HoldProvider() {
      super("hold", PluginProvider.Stability.STABLE, "waits", (parameters, context) -> new Hold());
    }
  }

  private final class Hold implements AsyncDataProducer {
    @Override
    public Pending start(
        InferenceRequest request, RequestState state, CandidateHint hint, Done done) {
      if (request.header(HOLD) == null) {
        done.ready();
        return () -> {};
      }
      held.add(done);
      return () -> held.remove(done);
    }

    @Override
    public Duration timeout() {
      return Duration.ofDays(1);
    }
  }
}

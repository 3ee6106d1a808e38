package io.igw.extproc.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.extproc.testing.StreamScript;
import io.igw.runtime.PickerMetrics;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.PluginCatalog;
import io.igw.spi.Admitter;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.igw.spi.RequestState;
import io.igw.spi.SimpleProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A real picker whose decisions wait if a header says so and whose admission follows another one.
 */
final class RandomPicker implements AutoCloseable {
  private static final Duration LEASE = Duration.ofMinutes(5);
  private static final String YAML =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      requestHandler: {parsers: [{pluginRef: openai-parser}]}
      dataLayer: {injectDefaults: false}
      plugins:
      - {type: openai-parser}
      - {type: waiter}
      - {type: doorman}
      """;

  final PickerRuntime runtime;
  private final AtomicLong clock = new AtomicLong();
  private AsyncDataProducer.@Nullable Done waiting;
  private int started;
  private int over;

  /** Leases that nobody will tell the end of. */
  private int left;

  RandomPicker(boolean readsResponses) {
    List<PluginProvider> providers =
        new ArrayList<>(
            PluginCatalog.load(RandomPicker.class.getClassLoader()).providers().values());
    providers.add(provider("waiter", this::waiter));
    Admitter doorman = RandomPicker::doorman;
    providers.add(provider("doorman", (parameters, context) -> doorman));
    List<EndpointSpec> endpoints = StreamScript.POOL.stream().map(RandomPicker::endpoint).toList();
    runtime =
        PickerRuntime.builder()
            .yaml(YAML, "test")
            .pluginCatalog(PluginCatalog.of(providers))
            .endpoints(endpoints)
            .destinations(2, 8)
            .maxRequestBodyBytes(StreamScript.MAX_BODY)
            .slowStart(Duration.ZERO)
            .inFlightLease(LEASE)
            .nanoClock(clock::get)
            .seed(1)
            .metrics(new Counting(readsResponses))
            .build();
    runtime.start();
  }

  private static EndpointSpec endpoint(String address) {
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
    int port = Integer.parseInt(address.substring(colon + 1));
    return new EndpointSpec(new EndpointId("default", address), host, port, 0, Map.of());
  }

  /** Lets the request go on that waits; false if none does. */
  boolean decide() {
    AsyncDataProducer.Done done = waiting;
    waiting = null;
    if (done != null) {
      done.ready();
    }
    return done != null;
  }

  /** Open leases but for those that were left before. */
  int openLeases() {
    return runtime.scheduler().openLeases() - left;
  }

  /** A stream is over, and its lease in this state. */
  void checkStreamOver(String lease) {
    waiting = null;
    if (over != started) {
      throw new AssertionError(
          over + " requests ended (expected: " + started + ", as many as began)");
    }
    if (lease.equals("left")) {
      left++;
      if (left == 200) {
        checkNothingHeld();
      }
    }
  }

  /** Time goes by: leases that were left end too. */
  void checkNothingHeld() {
    clock.addAndGet(LEASE.toNanos() + 1);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (runtime.scheduler().openLeases() > 0) {
      // Its own thread may be sweeping already.
      runtime.scheduler().sweepLeases();
      assertThat(System.nanoTime()).as("leases that nobody sweeps").isLessThan(until);
    }
    left = 0;
    EndpointSnapshot now = runtime.pool().snapshot();
    for (int i = 0; i < now.size(); i++) {
      assertThat(runtime.pool().inFlightRequests(now.endpoint(i))).isZero();
      assertThat(runtime.pool().inFlightTokens(now.endpoint(i))).isZero();
    }
  }

  @Override
  public void close() {
    runtime.close();
  }

  private static PluginProvider provider(String type, SimpleProvider.Factory factory) {
    return new SimpleProvider(type, PluginProvider.Stability.STABLE, type, factory) {};
  }

  private Plugin waiter(Parameters parameters, PluginContext context) {
    // Without a slot of state nothing can wait.
    context.requestKey("waiter", Object.class);
    return new AsyncDataProducer() {
      @Override
      public Pending start(
          InferenceRequest request, RequestState state, CandidateHint hint, Done done) {
        if (request.header("x-wait") == null) {
          done.ready();
        } else {
          waiting = done;
        }
        return () -> {};
      }

      @Override
      public Duration timeout() {
        return Duration.ofHours(1);
      }
    };
  }

  private static @Nullable Rejection doorman(Cycle cycle, Candidates candidates) {
    String denial = cycle.request().header("x-deny");
    if (denial == null) {
      return null;
    }
    return Rejection.of(denial.equals("401") ? Reason.UNAUTHORIZED : Reason.FORBIDDEN, "told to");
  }

  private final class Counting implements PickerMetrics {
    private final boolean readsResponses;

    Counting(boolean readsResponses) {
      this.readsResponses = readsResponses;
    }

    @Override
    public boolean readsResponses() {
      return readsResponses;
    }

    @Override
    public void requestStarted(RequestLabels labels, long bodyBytes, long processingNanos) {
      started++;
    }

    @Override
    public void requestEnded(RequestLabels labels) {
      over++;
    }
  }
}

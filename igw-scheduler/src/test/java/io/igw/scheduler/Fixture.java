package io.igw.scheduler;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection;
import io.igw.api.Signal;
import io.igw.spi.Filter;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Pools, requests, scorers and recorders that the tests of this package share. */
final class Fixture {
  static final InferenceRequest REQUEST = InferenceRequest.builder().model("m").build();

  private Fixture() {}

  static EndpointId id(int n) {
    return new EndpointId("default", String.format("pod-%04d", n));
  }

  static EndpointSpec spec(int n) {
    return spec(n, Map.of());
  }

  static EndpointSpec spec(int n, Map<String, String> labels) {
    return new EndpointSpec(id(n), "10.0." + (n >> 8) + "." + (n & 255), 8000, 0, labels);
  }

  static List<EndpointSpec> specs(int count) {
    List<EndpointSpec> specs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      specs.add(spec(i));
    }
    return specs;
  }

  static EndpointPool pool(int count) {
    EndpointPool pool = EndpointPool.builder().build();
    pool.replaceAll(specs(count));
    return pool;
  }

  static SchedulerBuilder scheduler(EndpointPool pool) {
    return Scheduler.builder(pool).seed(42);
  }

  static Decision decide(Scheduler scheduler) {
    return decide(scheduler, REQUEST);
  }

  static Decision decide(Scheduler scheduler, InferenceRequest request) {
    return (Decision) scheduler.schedule(request, null);
  }

  static Rejection reject(Scheduler scheduler, InferenceRequest request) {
    return (Rejection) scheduler.schedule(request, null);
  }

  static double totalRequests(EndpointPool pool, Iterable<? extends Endpoint> endpoints) {
    double sum = 0;
    for (Endpoint endpoint : endpoints) {
      sum += pool.inFlightRequests(endpoint);
    }
    return sum;
  }

  static List<Endpoint> endpoints(EndpointPool pool) {
    List<Endpoint> all = new ArrayList<>();
    for (int i = 0; i < pool.snapshot().size(); i++) {
      all.add(pool.snapshot().endpoint(i));
    }
    return all;
  }

  /** Keeps endpoints whose name is among the numbers. */
  static Filter only(int... numbers) {
    return (cycle, candidates) ->
        candidates.retainIf(position -> {
          for (int n : numbers) {
            if (cycle.view(position).endpoint().id().equals(id(n))) {
              return true;
            }
          }
          return false;
        });
  }

  static Filter nothing(boolean byLoad) {
    return new Filter() {
      @Override
      public void filter(io.igw.spi.Cycle cycle, io.igw.spi.Candidates candidates) {
        candidates.retain(new long[0]);
      }

      @Override
      public boolean removesByLoad() {
        return byLoad;
      }
    };
  }

  /** (max - q) / (max - min), 1 where all are equal: the formula of queue-scorer. */
  static Scorer queue() {
    return bySnapshot((cycle, candidates, scores) -> {
      double[] q = cycle.column(Signal.WAITING_REQUESTS);
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < candidates.size(); i++) {
        min = Math.min(min, q[i]);
        max = Math.max(max, q[i]);
      }
      for (int i = 0; i < candidates.size(); i++) {
        scores[i] = max > min ? (max - q[i]) / (max - min) : 1;
      }
    });
  }

  /** 1 - KV-cache use. */
  static Scorer kvCache() {
    return bySnapshot((cycle, candidates, scores) -> {
      double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
      for (int i = 0; i < candidates.size(); i++) {
        scores[i] = 1 - kv[i];
      }
    });
  }

  /** (max - n) / max over in-flight requests, 1 for idle endpoints. */
  static Scorer activeRequests() {
    return (cycle, candidates, scores) -> {
      double[] n = cycle.inFlightRequests();
      double max = 0;
      for (int i = 0; i < candidates.size(); i++) {
        max = Math.max(max, n[i]);
      }
      for (int i = 0; i < candidates.size(); i++) {
        scores[i] = n[i] <= 0 ? 1 : (max - n[i]) / max;
      }
    };
  }

  static Scorer bySnapshot(Scorer scorer) {
    return new Scorer() {
      @Override
      public void score(io.igw.spi.Cycle cycle, io.igw.spi.Candidates candidates, double[] scores) {
        scorer.score(cycle, candidates, scores);
      }

      @Override
      public Inputs inputs() {
        return Inputs.SNAPSHOT;
      }
    };
  }

  /** Scores by endpoint number. */
  static Scorer fixed(double... byNumber) {
    return Scorer.of((request, endpoint) -> byNumber[number(endpoint.endpoint())]);
  }

  static int number(Endpoint endpoint) {
    return Integer.parseInt(endpoint.id().name().substring("pod-".length()));
  }

  /** Records what the scheduler tells. One thread. */
  static final class Recorder implements SchedulerMetrics {
    final Map<String, Integer> faults = new HashMap<>();
    final List<Endpoint> expired = new ArrayList<>();
    final List<Rejection.@Nullable Reason> reasons = new ArrayList<>();

    @Override
    public void scheduled(
        InferenceRequest request,
        @Nullable Endpoint endpoint,
        Rejection.@Nullable Reason reason,
        long nanos) {
      reasons.add(reason);
    }

    @Override
    public void pluginFault(String plugin, String fault) {
      faults.merge(plugin + " " + fault, 1, Integer::sum);
    }

    @Override
    public void leaseExpired(Endpoint endpoint) {
      expired.add(endpoint);
    }
  }

  /** A clock and a timer that move when told to. One thread. */
  static final class VirtualTime implements PluginContext.Timer {
    private record Task(long at, Runnable run) {}

    final AtomicLong now = new AtomicLong();
    private final List<Task> tasks = new ArrayList<>();

    @Override
    public PluginContext.Cancellable after(long nanos, Runnable task) {
      Task added = new Task(now.get() + nanos, task);
      tasks.add(added);
      return () -> tasks.remove(added);
    }

    int pending() {
      return tasks.size();
    }

    void advance(long nanos) {
      now.addAndGet(nanos);
      for (Task task : List.copyOf(tasks)) {
        if (task.at() <= now.get() && tasks.remove(task)) {
          task.run().run();
        }
      }
    }
  }
}

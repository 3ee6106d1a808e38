package io.igw.runtime;

import io.igw.api.EndpointPicker.Pending;
import io.igw.api.InferenceRequest;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the producers that wait, all at once, before the cycle reads its snapshot. A producer that
 * fails or is late costs the request its data and nothing else.
 *
 * <p><b>Threading.</b> Immutable. A round is started on the request's event loop and goes on there;
 * no thread waits.
 */
final class AsyncProducers {
  static final String FAILED = "failed";
  static final String TIMED_OUT = "timed-out";

  private static final Pending NOTHING_WAITS = () -> {};

  private record Named(String name, AsyncDataProducer producer) {}

  private final List<Named> producers;
  private final PluginContext.Timer timer;
  private final PickerMetrics metrics;

  private AsyncProducers(List<Named> producers, PluginContext.Timer timer, PickerMetrics metrics) {
    this.producers = producers;
    this.timer = timer;
    this.metrics = metrics;
  }

  /** Those among the plugins; faults are counted. */
  static AsyncProducers of(
      Map<String, Plugin> plugins, PluginContext.Timer timer, PickerMetrics metrics) {
    List<Named> producers = new ArrayList<>();
    plugins.forEach((name, plugin) -> {
      if (plugin instanceof AsyncDataProducer producer) {
        producers.add(new Named(name, producer));
      }
    });
    return new AsyncProducers(List.copyOf(producers), timer, metrics);
  }

  /** The longest that a request waits; zero if there are none. */
  Duration longestWait() {
    Duration longest = Duration.ZERO;
    for (Named named : producers) {
      Duration wait = named.producer().timeout();
      longest = wait.compareTo(longest) > 0 ? wait : longest;
    }
    return longest;
  }

  /** Whether requests with such a state wait for anything. */
  boolean wait(@Nullable RequestState state) {
    return state != null && !producers.isEmpty();
  }

  /**
   * Starts all producers and runs {@code then} once each has ended or its time is up: before this
   * returns if none waits, else on {@code loop}.
   *
   * @param hint where the request may go; null or empty: no producer runs
   * @return gives up the producers under way; {@code then} does not run any more
   */
  Pending run(
      InferenceRequest request,
      @Nullable RequestState state,
      @Nullable CandidateHint hint,
      Executor loop,
      Runnable then) {
    if (!wait(state) || state == null || hint == null || hint.size() == 0) {
      then.run();
      return NOTHING_WAITS;
    }
    Round round = new Round(loop, then);
    for (Named named : producers) {
      round.start(named, request, state, hint);
    }
    round.started();
    return round;
  }

  /** The producers of one request. */
  private final class Round implements Pending {
    private final Executor loop;
    private final Runnable then;
    private final List<Work> works = new ArrayList<>(producers.size());

    /** Producers that have not ended; one more while they are being started. */
    private final AtomicInteger left = new AtomicInteger(1 + producers.size());

    private volatile boolean cancelled;

    Round(Executor loop, Runnable then) {
      this.loop = loop;
      this.then = then;
    }

    void start(Named named, InferenceRequest request, RequestState state, CandidateHint hint) {
      Work work = new Work(this, named.name());
      works.add(work);
      try {
        work.began(
            named.producer().start(request, state, hint, work),
            timer,
            named.producer().timeout().toNanos());
      } catch (RuntimeException e) {
        work.fault(ErrorCodes.THREW);
      }
    }

    /** All are started: if all have ended too, the request goes on here and now. */
    void started() {
      if (left.decrementAndGet() == 0) {
        then.run();
      }
    }

    void ended() {
      if (left.decrementAndGet() == 0) {
        loop.execute(() -> {
          if (!cancelled) {
            then.run();
          }
        });
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
      works.forEach(Work::giveUp);
    }

    void fault(String plugin, String kind) {
      metrics.pluginFault(plugin, kind);
    }
  }

  /** One producer of one request; whichever of its ends comes first counts. */
  private static final class Work implements AsyncDataProducer.Done {
    private final Round round;
    private final String name;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile AsyncDataProducer.@Nullable Pending pending;
    private volatile PluginContext.@Nullable Cancellable deadline;

    Work(Round round, String name) {
      this.round = round;
      this.name = name;
    }

    void began(AsyncDataProducer.Pending pending, PluginContext.Timer timer, long timeoutNanos) {
      if (ended.get()) {
        return;
      }
      this.pending = pending;
      deadline =
          timer.after(
              timeoutNanos,
              () -> {
                if (end()) {
                  pending.cancel();
                  round.fault(name, TIMED_OUT);
                  round.ended();
                }
              });
      if (ended.get()) {
        stopClock();
      }
    }

    @Override
    public void ready() {
      if (end()) {
        stopClock();
        round.ended();
      }
    }

    @Override
    public void failed(Throwable cause) {
      fault(FAILED);
    }

    void fault(String kind) {
      if (end()) {
        stopClock();
        round.fault(name, kind);
        round.ended();
      }
    }

    void giveUp() {
      AsyncDataProducer.Pending work = pending;
      if (end()) {
        stopClock();
        if (work != null) {
          work.cancel();
        }
      }
    }

    private boolean end() {
      return ended.compareAndSet(false, true);
    }

    private void stopClock() {
      PluginContext.Cancellable timer = deadline;
      if (timer != null) {
        timer.cancel();
      }
    }
  }
}

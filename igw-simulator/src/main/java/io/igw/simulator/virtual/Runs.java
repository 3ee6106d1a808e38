package io.igw.simulator.virtual;

import io.igw.simulator.virtual.SimulationSettings.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Many runs on all cores; results in the order asked for, whatever the order of their ends. */
final class Runs implements AutoCloseable {
  private static final double LEAST_RATE = 0.01;
  private static final double MOST_RATE = 1000;
  private static final int BISECTIONS = 7;

  /** The share of requests within their objectives that a rate is called sustained at. */
  static final double SUSTAINED = 0.9;

  private final Trace trace;
  private final SimulationSettings settings;
  private final int seeds;
  private final Consumer<String> progress;
  private final ExecutorService threads;

  Runs(Trace trace, SimulationSettings settings, int seeds, Consumer<String> progress) {
    this.trace = trace;
    this.settings = settings;
    this.seeds = seeds;
    this.progress = progress;
    this.threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> {
              Thread thread = new Thread(task, "simulation");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The mean over the seeds, for each profile at each rate. */
  List<RunResult> all(List<Profile> profiles, List<Double> rates) throws InterruptedException {
    List<List<Future<RunResult>>> asked = new ArrayList<>();
    for (Profile profile : profiles) {
      for (double rate : rates) {
        List<Future<RunResult>> group = new ArrayList<>();
        for (int seed = 0; seed < seeds; seed++) {
          SimulationSettings one = settings.with(profile, rate, settings.seed() + seed);
          group.add(threads.submit(() -> Simulation.run(trace, one)));
        }
        asked.add(group);
      }
    }
    List<RunResult> results = new ArrayList<>();
    for (List<Future<RunResult>> group : asked) {
      List<RunResult> runs = new ArrayList<>();
      for (Future<RunResult> run : group) {
        runs.add(await(run));
      }
      RunResult mean = RunResult.mean(runs);
      progress.accept(
          String.format(
              "%s at %.3g x: ttft p90 %.3g s, hits %.1f %%, goodput %.1f %%",
              mean.profile(),
              mean.rate(),
              mean.get(RunResult.TTFT_P90),
              100 * mean.get("hit_ratio"),
              100 * mean.get(RunResult.GOODPUT)));
      results.add(mean);
    }
    return results;
  }

  private static RunResult await(Future<RunResult> run) throws InterruptedException {
    try {
      return run.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /**
   * The highest rate at which {@value #SUSTAINED} of the requests meet their objectives, by
   * bisection; and what was tried. A trace that ends before its queues grow has none.
   */
  Knee knee(Profile profile) throws InterruptedException {
    List<RunResult> tried = new ArrayList<>();
    double low = 0;
    double high = 1;
    while (high <= MOST_RATE && sustained(profile, high, tried)) {
      low = high;
      high *= 2;
    }
    if (high > MOST_RATE) {
      return new Knee(Double.NaN, low, tried);
    }
    while (low == 0 && high > LEAST_RATE) {
      double half = high / 2;
      if (sustained(profile, half, tried)) {
        low = half;
      } else {
        high = half;
      }
    }
    for (int i = 0; i < BISECTIONS && low > 0; i++) {
      double middle = (low + high) / 2;
      if (sustained(profile, middle, tried)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low > 0 ? new Knee(low, low, tried) : new Knee(Double.NaN, 0, tried);
  }

  /**
   * A knee, or that there is none.
   *
   * @param rate of the knee, NaN if there is none
   * @param sustained the highest rate that is, 0 if none is
   * @param tried the runs that tell
   */
  record Knee(double rate, double sustained, List<RunResult> tried) {
    boolean found() {
      return !Double.isNaN(rate);
    }

    /** The least rate that was tried. */
    double least() {
      return tried.stream().mapToDouble(RunResult::rate).min().orElse(Double.NaN);
    }
  }

  private boolean sustained(Profile profile, double rate, List<RunResult> tried)
      throws InterruptedException {
    RunResult result = all(List.of(profile), List.of(rate)).get(0);
    tried.add(result);
    return result.get(RunResult.GOODPUT) >= SUSTAINED;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

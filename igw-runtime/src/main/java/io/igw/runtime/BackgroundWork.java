package io.igw.runtime;

import io.igw.spi.PluginContext;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two threads of a picker: one for timers, on which nothing blocks, and one for what may block
 * (files, name lookups). Each starts with its first task.
 */
final class BackgroundWork implements PluginContext.Timer, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BackgroundWork.class);
  private static final long CLOSE_MILLIS = 2000;
  private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long GRID_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ScheduledThreadPoolExecutor timers;
  private final ThreadPoolExecutor blocking;

  BackgroundWork() {
    timers = new ScheduledThreadPoolExecutor(1, daemon("igw-timer"));
    timers.setRemoveOnCancelPolicy(true);
    timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    blocking =
        new ThreadPoolExecutor(
            1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemon("igw-background"));
    blocking.allowCoreThreadTimeOut(true);
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public PluginContext.Cancellable after(long nanos, Runnable task) {
    try {
      long delay = onGrid(Math.max(0, nanos), System.nanoTime());
      ScheduledFuture<?> future = timers.schedule(() -> run(task), delay, TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  /** Runs a task again and again until this is closed. */
  void every(long nanos, Runnable task) {
    after(
        nanos,
        () -> {
          run(task);
          every(nanos, task);
        });
  }

  /** A long delay, so much longer that it ends where others end too. */
  static long onGrid(long delayNanos, long nowNanos) {
    return delayNanos < LONG_NANOS || delayNanos > Long.MAX_VALUE / 2
        ? delayNanos
        : delayNanos + Math.floorMod(-(nowNanos + delayNanos), GRID_NANOS);
  }

  /** Runs tasks that may block, in order; tasks that come after the end are dropped. */
  Executor blocking() {
    return task -> {
      try {
        blocking.execute(() -> run(task));
      } catch (RejectedExecutionException e) {
        log.trace("dropped after the end: {}", task);
      }
    };
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.error("background task failed", e);
    }
  }

  @Override
  public void close() {
    timers.shutdownNow();
    blocking.shutdownNow();
    try {
      if (!timers.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)
          || !blocking.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        log.warn("a background task did not end within {} ms", CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

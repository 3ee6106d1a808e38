package io.igw.scheduler;

import java.lang.System.Logger;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where one plugin's breaches of its contract go: each is counted, and named in the log once a
 * minute. Messages of exceptions stay out of the log, since a plugin may put request text into
 * them.
 *
 * <p><b>Threading.</b> Any thread.
 */
final class PluginFaults {
  static final String THREW = "threw";
  static final String NAN = "nan";
  static final String RANGE = "range";
  static final String SLOW = "slow";

  private static final Logger LOG = System.getLogger(PluginFaults.class.getName());
  private static final long LOG_INTERVAL_NANOS = 60_000_000_000L;
  private static final VarHandle LOGGED_NANOS;

  static {
    try {
      LOGGED_NANOS =
          MethodHandles.lookup().findVarHandle(PluginFaults.class, "loggedNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String plugin;
  private final SchedulerMetrics metrics;
  private final LongSupplier nanoClock;
  private volatile long loggedNanos;

  PluginFaults(String plugin, SchedulerMetrics metrics, LongSupplier nanoClock) {
    this.plugin = plugin;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.loggedNanos = nanoClock.getAsLong() - LOG_INTERVAL_NANOS;
  }

  void threw(Throwable cause) {
    report(THREW, cause);
  }

  void report(String fault) {
    report(fault, null);
  }

  private void report(String fault, @Nullable Throwable cause) {
    metrics.pluginFault(plugin, fault);
    long last = loggedNanos;
    long now = nanoClock.getAsLong();
    if (now - last >= LOG_INTERVAL_NANOS && LOGGED_NANOS.compareAndSet(this, last, now)) {
      LOG.log(Logger.Level.WARNING, () -> describe(fault, cause));
    }
  }

  private String describe(String fault, @Nullable Throwable cause) {
    String text = "plugin " + plugin + " broke its contract: " + fault;
    if (cause == null) {
      return text;
    }
    StackTraceElement[] trace = cause.getStackTrace();
    return text + " " + cause.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
  }
}

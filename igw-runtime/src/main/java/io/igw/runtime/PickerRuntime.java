package io.igw.runtime;

import io.igw.api.EndpointPicker;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.Scheduler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A running picker. Skeleton: signatures are the contract. */
public final class PickerRuntime implements AutoCloseable {
  private PickerRuntime() {}

  public static Builder builder() {
    throw new UnsupportedOperationException();
  }

  /** Starts discovery and data sources. Returns once discovery has loaded for the first time. */
  public void start() {
    throw new UnsupportedOperationException();
  }

  /** A new exchange confined to {@code loop}. */
  public Exchange open(Executor loop) {
    throw new UnsupportedOperationException();
  }

  /** For gateways that parse themselves. */
  public EndpointPicker picker() {
    throw new UnsupportedOperationException();
  }

  public EndpointPool pool() {
    throw new UnsupportedOperationException();
  }

  public Scheduler scheduler() {
    throw new UnsupportedOperationException();
  }

  /** Null when ready, else why not. */
  public @Nullable String notReady() {
    throw new UnsupportedOperationException();
  }

  /** Warnings of the configuration, for the log. */
  public List<String> warnings() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}

  public static final class Builder {
    /**
     * {@code sourceName} stands in error messages. Without a call: the built-in default
     * configuration.
     */
    public Builder yaml(String text, String sourceName) {
      throw new UnsupportedOperationException();
    }

    public Builder configFile(Path file) {
      throw new UnsupportedOperationException();
    }

    /** Endpoints for embedders without discovery. */
    public Builder endpoints(Collection<EndpointSpec> endpoints) {
      throw new UnsupportedOperationException();
    }

    public Builder metrics(PickerMetrics metrics) {
      throw new UnsupportedOperationException();
    }

    public Builder allowExperimentalPlugins(boolean allow) {
      throw new UnsupportedOperationException();
    }

    public Builder disableSubsetFilter(boolean disable) {
      throw new UnsupportedOperationException();
    }

    public Builder maxRequestBodyBytes(long bytes) {
      throw new UnsupportedOperationException();
    }

    public Builder refreshMetricsInterval(Duration interval) {
      throw new UnsupportedOperationException();
    }

    public Builder metricsStalenessThreshold(Duration threshold) {
      throw new UnsupportedOperationException();
    }

    public Builder inFlightLease(Duration idle) {
      throw new UnsupportedOperationException();
    }

    /** Priority of requests that name this objective. */
    public Builder objective(String name, int priority) {
      throw new UnsupportedOperationException();
    }

    /** Hears of every decision with its explanation; costs a second evaluation of each cycle. */
    public Builder decisionListener(DecisionListener listener) {
      throw new UnsupportedOperationException();
    }

    /**
     * @throws ConfigurationException with every problem at once
     */
    public PickerRuntime build() {
      throw new UnsupportedOperationException();
    }
  }
}

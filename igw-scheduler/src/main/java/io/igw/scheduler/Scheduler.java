package io.igw.scheduler;

import io.igw.api.EndpointPicker;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.spi.DataProducer;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.RequestState;
import io.igw.spi.SaturationDetector;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The scheduling cycle. Skeleton: signatures are the contract. */
public final class Scheduler implements EndpointPicker {
  private Scheduler() {}

  public static Builder builder(EndpointPool pool) {
    throw new UnsupportedOperationException();
  }

  /**
   * Picks and reserves, synchronously. {@code state} may be null when no plugin needs per-request
   * state.
   */
  public Outcome schedule(InferenceRequest request, @Nullable RequestState state) {
    throw new UnsupportedOperationException();
  }

  /** Scores without reserving: every profile, every scorer, every candidate. */
  public Evaluation evaluate(InferenceRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Pending pick(InferenceRequest request, Executor loop, Listener listener) {
    throw new UnsupportedOperationException();
  }

  /** Leases that have not ended. */
  public int openLeases() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}

  public static final class Builder {
    public Builder profile(String name, Consumer<Profile.Builder> profile) {
      throw new UnsupportedOperationException();
    }

    public Builder profileHandler(ProfileHandler handler) {
      throw new UnsupportedOperationException();
    }

    public Builder producer(String name, DataProducer producer) {
      throw new UnsupportedOperationException();
    }

    public Builder listener(String name, PickListener listener) {
      throw new UnsupportedOperationException();
    }

    /** Legacy admission: priority below 0 and saturation at or above 1 is a SATURATED rejection. */
    public Builder saturationDetector(SaturationDetector detector) {
      throw new UnsupportedOperationException();
    }

    /** Tokens that a pick reserves on its endpoint; default: the prompt's estimate. */
    public Builder reservedTokens(PerEndpoint key) {
      throw new UnsupportedOperationException();
    }

    public Builder leaseIdle(Duration idle) {
      throw new UnsupportedOperationException();
    }

    public Builder nanoClock(LongSupplier clock) {
      throw new UnsupportedOperationException();
    }

    public Builder seed(long seed) {
      throw new UnsupportedOperationException();
    }

    public Builder metrics(SchedulerMetrics metrics) {
      throw new UnsupportedOperationException();
    }

    public Scheduler build() {
      throw new UnsupportedOperationException();
    }
  }
}

package io.igw.scheduler;

import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.spi.PluginContext;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** The endpoints of one pool. Skeleton: signatures are the contract. */
public final class EndpointPool implements AutoCloseable {
  private EndpointPool() {}

  public static Builder builder() {
    throw new UnsupportedOperationException();
  }

  /** The newest published snapshot; one acquire read. */
  public EndpointSnapshot snapshot() {
    throw new UnsupportedOperationException();
  }

  /** Adds or changes one endpoint. Any thread; published at once. */
  public void upsert(EndpointSpec spec) {
    throw new UnsupportedOperationException();
  }

  /** Removes one endpoint. Any thread; published at once. */
  public void remove(EndpointId id) {
    throw new UnsupportedOperationException();
  }

  /**
   * The pool holds exactly these endpoints from now on; those that stay keep slot, generation, load
   * and columns. Any thread.
   */
  public void replaceAll(Collection<EndpointSpec> specs) {
    throw new UnsupportedOperationException();
  }

  /**
   * New facts about one endpoint; ignored if it is gone. Any thread; coalesced, published within
   * the publication interval.
   */
  public void report(EndpointReport report) {
    throw new UnsupportedOperationException();
  }

  /** Listener for removal, called by the writer after the publication: (slot, generation). */
  public void onRemoved(RemovalListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}

  @FunctionalInterface
  public interface RemovalListener {
    void removed(int slot, int generation);
  }

  public static final class Builder {
    /** Runs the writer's duty cycles one at a time; default: the caller's thread. */
    public Builder executor(Executor executor) {
      throw new UnsupportedOperationException();
    }

    /** Delays a coalesced publication; default: none, every report is published at once. */
    public Builder timer(PluginContext.Timer timer) {
      throw new UnsupportedOperationException();
    }

    public Builder nanoClock(LongSupplier clock) {
      throw new UnsupportedOperationException();
    }

    public EndpointPool build() {
      throw new UnsupportedOperationException();
    }
  }
}

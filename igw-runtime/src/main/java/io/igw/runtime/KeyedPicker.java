package io.igw.runtime;

import io.igw.api.EndpointPicker;
import io.igw.api.InferenceRequest;
import io.igw.scheduler.Scheduler;
import java.util.concurrent.Executor;

/** Picks with state for the plugins that keep some per request. */
final class KeyedPicker implements EndpointPicker {
  private final Scheduler scheduler;
  private final int keys;

  KeyedPicker(Scheduler scheduler, int keys) {
    this.scheduler = scheduler;
    this.keys = keys;
  }

  @Override
  public Pending pick(InferenceRequest request, Executor loop, Listener listener) {
    listener.onOutcome(scheduler.schedule(request, RequestSlots.of(keys)));
    return () -> {};
  }

  @Override
  public void close() {
    scheduler.close();
  }
}

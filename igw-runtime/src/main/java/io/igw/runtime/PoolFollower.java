package io.igw.runtime;

import io.igw.runtime.discovery.Discovery;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.EndpointSpec;
import java.util.List;

/** Brings what discovery finds into the pool. */
record PoolFollower(EndpointPool pool, PickerMetrics metrics) implements Discovery.Listener {
  @Override
  public void found(List<EndpointSpec> endpoints) {
    pool.replaceAll(endpoints);
  }

  @Override
  public void refused() {
    metrics.endpointsRefused();
  }
}

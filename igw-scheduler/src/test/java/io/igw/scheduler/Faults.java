package io.igw.scheduler;

import io.igw.api.Endpoint;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what the scheduler reports. */
final class Faults implements SchedulerMetrics {
  final List<String> faults = new CopyOnWriteArrayList<>();
  final List<Endpoint> expired = new CopyOnWriteArrayList<>();

  @Override
  public void pluginFault(String plugin, String fault) {
    faults.add(plugin + ":" + fault);
  }

  @Override
  public void leaseExpired(Endpoint endpoint) {
    expired.add(endpoint);
  }
}

package io.igw.scheduler.session;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Where a session belongs: an endpoint of this process, or the id of one that another process has
 * told and that no request has asked for yet. Any thread.
 */
final class Binding {
  private final @Nullable EndpointId told;
  private final int slot;
  private final int generation;
  private volatile long usedNanos;

  /** When the store last heard of it; a race tells it twice. */
  private volatile long sharedNanos;

  private Binding(@Nullable EndpointId told, int slot, int generation, long usedNanos) {
    this.told = told;
    this.slot = slot;
    this.generation = generation;
    this.usedNanos = usedNanos;
    this.sharedNanos = usedNanos;
  }

  static Binding to(Endpoint endpoint, long usedNanos) {
    return new Binding(null, endpoint.slot(), endpoint.generation(), usedNanos);
  }

  static Binding told(EndpointId endpoint, long usedNanos) {
    return new Binding(endpoint, -1, -1, usedNanos);
  }

  /** Where the endpoint stands, -1 if it is not there. */
  int ordinal(EndpointSnapshot snapshot) {
    if (told == null) {
      return snapshot.ordinalOf(slot, generation);
    }
    for (int i = 0; i < snapshot.size(); i++) {
      if (snapshot.endpoint(i).id().equals(told)) {
        return i;
      }
    }
    return -1;
  }

  boolean to(Endpoint endpoint) {
    return told == null
        ? slot == endpoint.slot() && generation == endpoint.generation()
        : told.equals(endpoint.id());
  }

  /** Whether another process told it and no request has used it. */
  boolean foreign() {
    return told != null;
  }

  long usedNanos() {
    return usedNanos;
  }

  void used(long nowNanos) {
    usedNanos = nowNanos;
  }

  /** Whether the store is to hear of a use now: not more often than {@code everyNanos}. */
  boolean tell(long nowNanos, long everyNanos) {
    if (nowNanos - sharedNanos < everyNanos) {
      return false;
    }
    sharedNanos = nowNanos;
    return true;
  }
}

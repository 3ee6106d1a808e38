package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.Rejection;
import io.igw.spi.Candidates;
import io.igw.spi.ProfileResults;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The runs of the current cycle. Reused from cycle to cycle; one thread at a time. */
final class CycleResults implements ProfileResults {
  private final SchedulingCycle cycle;
  private final ProfileRun[] runs;
  private final List<String> names;
  private Map<String, String> headers = Map.of();
  private boolean reserved;
  private int destinationPort;
  private @Nullable Rejection rejection;

  CycleResults(SchedulingCycle cycle, ProfileRun[] runs, List<String> names) {
    this.cycle = cycle;
    this.runs = runs;
    this.names = names;
  }

  void reset() {
    headers = Map.of();
    reserved = false;
    destinationPort = 0;
    rejection = null;
    for (ProfileRun run : runs) {
      run.reset();
    }
  }

  /** From now on picks are fixed: they have been reserved. */
  void reserved() {
    reserved = true;
  }

  /** The headers so far; the caller owns the map. */
  Map<String, String> takeHeaders() {
    Map<String, String> taken = headers;
    headers = Map.of();
    return taken;
  }

  /** Port of all destinations, 0: their own. */
  int destinationPort() {
    return destinationPort;
  }

  /** Why the request fails, null if the handler has not said that it does. */
  @Nullable Rejection rejection() {
    return rejection;
  }

  /** Index of a profile, -1 if there is none of that name. */
  int index(String profile) {
    for (int i = 0; i < runs.length; i++) {
      if (runs[i].profile().name().equals(profile)) {
        return i;
      }
    }
    return -1;
  }

  private ProfileRun run(String profile) {
    int index = index(profile);
    if (index < 0) {
      throw new IllegalArgumentException(
          "profile: " + profile + " (expected: one of " + names + ")");
    }
    return runs[index];
  }

  @Override
  public List<String> profiles() {
    return names;
  }

  @Override
  public boolean ran(String profile) {
    int index = index(profile);
    return index >= 0 && runs[index].status() != ProfileRun.Status.NOT_RUN;
  }

  @Override
  public boolean failed(String profile) {
    return ran(profile) && run(profile).status() != ProfileRun.Status.PICKED;
  }

  @Override
  public Candidates candidates(String profile) {
    return run(profile).candidates();
  }

  @Override
  public double total(String profile, int position) {
    return run(profile).total(position);
  }

  @Override
  public int pickedCount(String profile) {
    return run(profile).pickedCount();
  }

  @Override
  public Endpoint picked(String profile, int k) {
    return cycle.snapshot().endpoint(run(profile).pickedOrdinal(k));
  }

  @Override
  public void repick(String profile, int position) {
    if (reserved) {
      throw new IllegalStateException("picks are reserved already");
    }
    run(profile).repick(position);
  }

  @Override
  public void destinationPort(int port) {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
    destinationPort = port;
  }

  @Override
  public void reject(Rejection why) {
    Objects.requireNonNull(why, "why");
    if (reserved) {
      throw new IllegalStateException("picks are reserved already");
    }
    if (rejection == null) {
      rejection = why;
    }
  }

  @Override
  public void header(String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    if (headers.isEmpty()) {
      headers = new LinkedHashMap<>();
    }
    headers.put(name, value);
  }
}

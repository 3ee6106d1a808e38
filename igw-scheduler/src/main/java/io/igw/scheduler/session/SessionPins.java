package io.igw.scheduler.session;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.ProfileResults;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session stays with the endpoint that its first request went to (plugins-scheduling.md 5). It
 * moves only if that endpoint was no candidate. A binding that was not used for its time is not
 * honoured. Any thread.
 */
final class SessionPins implements Pins {
  /**
   * Where the id of a session is found: a header, or what other plugins have found.
   *
   * @param attributes the first text among them counts
   */
  record Source(@Nullable String header, List<RequestKey<?>> attributes) {}

  /** Where a session belongs. */
  static final class Binding {
    private final int slot;
    private final int generation;
    private volatile long usedNanos;

    private Binding(int slot, int generation, long nowNanos) {
      this.slot = slot;
      this.generation = generation;
      this.usedNanos = nowNanos;
    }
  }

  private final List<Source> sources;
  private final String profile;
  private final long idleNanos;
  private final RecentMap<Binding> bindings;
  private final RequestKey<Boolean> absent;

  SessionPins(
      List<Source> sources,
      String profile,
      long idleNanos,
      RecentMap<Binding> bindings,
      RequestKey<Boolean> absent) {
    this.sources = List.copyOf(sources);
    this.profile = profile;
    this.idleNanos = idleNanos;
    this.bindings = bindings;
    this.absent = absent;
  }

  private @Nullable String session(Cycle cycle) {
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      String value =
          source.header() != null
              ? cycle.request().header(source.header())
              : found(cycle, source.attributes());
      if (value != null && !value.isBlank()) {
        return value.trim();
      }
    }
    return null;
  }

  private static @Nullable String found(Cycle cycle, List<RequestKey<?>> attributes) {
    for (int i = 0; i < attributes.size(); i++) {
      if (cycle.get(attributes.get(i)) instanceof String text && !text.isBlank()) {
        return text;
      }
    }
    return null;
  }

  private @Nullable Binding binding(String session, long now) {
    Binding bound = bindings.get(session, now);
    return bound != null && now - bound.usedNanos < idleNanos ? bound : null;
  }

  @Override
  public int position(Cycle cycle, Candidates candidates) {
    String session = session(cycle);
    Binding bound = session == null ? null : binding(session, cycle.nowNanos());
    if (bound == null) {
      return NONE;
    }
    int ordinal = cycle.snapshot().ordinalOf(bound.slot, bound.generation);
    int position = ordinal < 0 ? NONE : Positions.of(ordinal, candidates);
    if (position == NONE) {
      cycle.set(absent, Boolean.TRUE);
    }
    return position;
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    String session = session(cycle);
    String counted = profile.isEmpty() ? primary : profile;
    if (session == null || !Pins.picked(results, counted)) {
      return;
    }
    Endpoint target = results.picked(counted, 0);
    long now = cycle.nowNanos();
    Binding bound = binding(session, now);
    boolean stays =
        bound != null && bound.slot == target.slot() && bound.generation == target.generation();
    if (bound != null && (stays || !Boolean.TRUE.equals(cycle.get(absent)))) {
      bound.usedNanos = now;
    } else {
      bindings.put(session, new Binding(target.slot(), target.generation(), now), now);
    }
  }

  @Override
  public boolean seesResponses() {
    return false;
  }

  @Override
  public void responds(RequestState state, Decision decision, ResponseObserver.Response response) {}
}

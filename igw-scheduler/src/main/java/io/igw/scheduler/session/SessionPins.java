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

  private final List<Source> sources;
  private final String profile;
  private final Sessions sessions;
  private final RequestKey<Boolean> absent;

  SessionPins(List<Source> sources, String profile, Sessions sessions, RequestKey<Boolean> absent) {
    this.sources = List.copyOf(sources);
    this.profile = profile;
    this.sessions = sessions;
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

  @Override
  public int position(Cycle cycle, Candidates candidates) {
    String session = session(cycle);
    Binding bound = session == null ? null : sessions.find(session, cycle.nowNanos());
    if (bound == null) {
      return NONE;
    }
    int ordinal = bound.ordinal(cycle.snapshot());
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
    Binding bound = sessions.find(session, now);
    if (bound != null && bound.to(target)) {
      sessions.used(session, bound, target, now);
    } else if (bound != null && !Boolean.TRUE.equals(cycle.get(absent))) {
      bound.used(now);
    } else {
      sessions.bind(session, target, now);
    }
  }

  @Override
  public boolean seesResponses() {
    return false;
  }

  @Override
  public void responds(RequestState state, Decision decision, ResponseObserver.Response response) {}
}

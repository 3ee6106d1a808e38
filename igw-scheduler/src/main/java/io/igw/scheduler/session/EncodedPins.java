package io.igw.scheduler.session;

import io.igw.api.Decision;
import io.igw.api.Derived;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.ProfileResults;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import java.lang.System.Logger;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The client carries its endpoint in a header, which the response gave it (plugins-scheduling.md
 * 5): nothing is kept here. Any thread.
 */
final class EncodedPins implements Pins {
  private static final Logger LOG = System.getLogger(EncodedPins.class.getName());
  private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long NEVER = Long.MIN_VALUE;

  private final AtomicLong nextLog = new AtomicLong(NEVER);
  private final String header;
  private final String profile;
  private final EndpointTokens tokens;
  private final RequestKey<Endpoint> target;
  private final Derived<Map<String, Integer>> ordinals = Derived.of(EncodedPins::index);

  /**
   * Pins in a header.
   *
   * @param profile whose target counts; empty: the primary one's
   */
  EncodedPins(String header, String profile, EndpointTokens tokens, RequestKey<Endpoint> target) {
    this.header = header;
    this.profile = profile;
    this.tokens = tokens;
    this.target = target;
  }

  private static Map<String, Integer> index(EndpointSnapshot snapshot) {
    Map<String, Integer> ordinals = new HashMap<>();
    for (int i = 0; i < snapshot.size(); i++) {
      ordinals.put(snapshot.endpoint(i).id().toString(), i);
    }
    return ordinals;
  }

  @Override
  public int position(Cycle cycle, Candidates candidates) {
    String token = cycle.request().header(header);
    String id = token == null || token.isEmpty() ? null : tokens.decode(token);
    if (id == null && token != null && !token.isEmpty()) {
      tellUndecodable(cycle.nowNanos());
    }
    Integer ordinal = id == null ? null : cycle.snapshot().derived(ordinals).get(id);
    return ordinal == null ? NONE : Positions.of(ordinal, candidates);
  }

  /** Never the token, which is the client's secret or its invention. */
  private void tellUndecodable(long now) {
    long last = nextLog.get();
    if ((last == NEVER || now - last >= 0) && nextLog.compareAndSet(last, now + LOG_NANOS)) {
      LOG.log(
          Logger.Level.WARNING,
          "a session token in header " + header + " is none, or not signed with the key: ignored");
    }
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    if (!profile.isEmpty() && Pins.picked(results, profile)) {
      cycle.set(target, results.picked(profile, 0));
    }
  }

  @Override
  public boolean seesResponses() {
    return true;
  }

  @Override
  public void responds(RequestState state, Decision decision, ResponseObserver.Response response) {
    @Nullable Endpoint endpoint = profile.isEmpty() ? decision.endpoint() : state.get(target);
    if (endpoint != null) {
      response.header(header, tokens.encode(endpoint.id().toString()));
    }
  }
}

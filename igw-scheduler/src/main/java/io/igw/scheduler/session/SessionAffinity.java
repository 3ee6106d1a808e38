package io.igw.scheduler.session;

import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Filter;
import io.igw.spi.Parameters;
import io.igw.spi.PickListener;
import io.igw.spi.PluginContext;
import io.igw.spi.ProfileResults;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import io.igw.spi.Scorer;
import io.igw.spi.SessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client at its endpoint (plugins-scheduling.md 5): as a filter the pinned endpoint alone
 * if it is a candidate, as a scorer 1 for it and 0 for the others. Types {@code
 * session-affinity-filter} and {@code session-affinity-scorer}.
 *
 * <p><b>Threading.</b> Any number of event loops. <b>Cost.</b> A request without a session: one
 * header lookup; a pass over the scores.
 */
abstract class SessionAffinity implements PickListener, ResponseObserver {
  private static final int MOST_SESSIONS = 100_000;
  private static final int LEAST_KEY_BYTES = 16;

  final Pins pins;

  private SessionAffinity(Pins pins) {
    this.pins = pins;
  }

  /** The filter. */
  static Filter filter(Parameters parameters, PluginContext context) {
    return new AsFilter(pins(parameters, context));
  }

  /** The scorer. */
  static Scorer scorer(Parameters parameters, PluginContext context) {
    return new AsScorer(pins(parameters, context));
  }

  private static Pins pins(Parameters parameters, PluginContext context) {
    String strategy =
        parameters.oneOf(
            "strategy", "encoded_endpoint_header", "encoded_endpoint_header", "session_id");
    String profile = parameters.text("profileName", "");
    Parameters encoded = parameters.object("encodedEndpointHeaderConfig");
    Parameters session = parameters.object("sessionIdConfig");
    String header = encoded.text("header", "x-session-token").trim().toLowerCase(Locale.ROOT);
    if (header.isEmpty()) {
      encoded.reject("header", "the name of a header");
    }
    byte[] key = key(encoded);
    List<SessionPins.Source> sources = sources(session, context);
    long idle = seconds(session, "evictionTtlSeconds", 300);
    // There is nothing to sweep: bindings expire when they are read, and are bounded in number.
    seconds(session, "evictionSweepSeconds", 10);
    int most = session.integer("maxSessions", MOST_SESSIONS, 2, Integer.MAX_VALUE);
    String store = session.text("store", "");
    if (strategy.equals("session_id")) {
      Sessions sessions =
          context.state(
              List.of("sessions", idle, most, store),
              () -> new Sessions(most, idle, context.nanoClock(), System::currentTimeMillis));
      if (!store.isEmpty()) {
        share(sessions, store, context);
      }
      return new SessionPins(
          sources,
          profile,
          sessions,
          context.requestKey("session-absent/" + context.name(), Boolean.class));
    }
    return new EncodedPins(
        header,
        profile,
        new EndpointTokens(key),
        context.requestKey("session-target/" + context.name(), Endpoint.class));
  }

  /** Once all plugins are there. */
  private static void share(Sessions sessions, String store, PluginContext context) {
    context.consumes(SessionStore.DATA_TYPE, store, true);
    sessions.awaitStore();
    LongAdder failures =
        context
            .meters()
            .counter(
                "igw_session_store_failures", "Exchanges with the store of sessions that failed.");
    context
        .timer()
        .after(
            0,
            () -> {
              SessionStore found = context.plugin(store, SessionStore.class);
              if (found != null) {
                sessions.share(found, failures);
              }
            });
  }

  private static long seconds(Parameters parameters, String key, int defaultValue) {
    int seconds = parameters.integer(key, defaultValue, 0, Integer.MAX_VALUE);
    return Duration.ofSeconds(seconds == 0 ? defaultValue : seconds).toNanos();
  }

  private static List<SessionPins.Source> sources(Parameters session, PluginContext context) {
    List<SessionPins.Source> sources = new ArrayList<>();
    for (Parameters entry : session.list("sources")) {
      String header = entry.text("header");
      String attribute = entry.text("attribute");
      String producer = entry.text("producer", "");
      if ((header == null) == (attribute == null)) {
        entry.reject("header", "exactly one of header and attribute");
      } else if (header != null) {
        sources.add(new SessionPins.Source(header.trim().toLowerCase(Locale.ROOT), List.of()));
      } else {
        sources.add(new SessionPins.Source(null, keys(attribute, producer, context)));
      }
    }
    return sources.isEmpty() ? List.of(new SessionPins.Source("x-session-id", List.of())) : sources;
  }

  /** What a producer writes; without one, what any does. What is written for any counts too. */
  private static List<RequestKey<?>> keys(
      String attribute, String producer, PluginContext context) {
    return producer.isEmpty()
        ? context.requestKeys(attribute)
        : List.of(
            context.requestKey(attribute + "/" + producer, String.class),
            context.requestKey(attribute + "/", String.class));
  }

  /** The key that tokens are signed with, null if they are not. */
  private static byte @Nullable [] key(Parameters encoded) {
    String file = encoded.text("signingKeyFile");
    if (file == null) {
      return null;
    }
    try {
      byte[] key = Files.readAllBytes(Path.of(file));
      if (key.length >= LEAST_KEY_BYTES) {
        return key;
      }
      encoded.reject("signingKeyFile", "a file of at least " + LEAST_KEY_BYTES + " bytes");
    } catch (IOException | RuntimeException e) {
      encoded.reject("signingKeyFile", "a file that can be read");
    }
    return null;
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    pins.picked(cycle, results, primary);
  }

  @Override
  public Set<Event> interests() {
    return pins.seesResponses() ? Set.of(Event.HEADERS) : Set.of();
  }

  @Override
  public void on(Event event, RequestState state, Decision decision, Response response) {
    pins.responds(state, decision, response);
  }

  private static final class AsFilter extends SessionAffinity implements Filter {
    AsFilter(Pins pins) {
      super(pins);
    }

    @Override
    public void filter(Cycle cycle, Candidates candidates) {
      int pinned = pins.position(cycle, candidates);
      if (pinned != Pins.NONE) {
        candidates.retainIf(position -> position == pinned);
      }
    }
  }

  private static final class AsScorer extends SessionAffinity implements Scorer {
    AsScorer(Pins pins) {
      super(pins);
    }

    @Override
    public void score(Cycle cycle, Candidates candidates, double[] scores) {
      int pinned = pins.position(cycle, candidates);
      for (int i = 0, size = candidates.size(); i < size; i++) {
        scores[i] = i == pinned ? 1 : 0;
      }
    }
  }
}

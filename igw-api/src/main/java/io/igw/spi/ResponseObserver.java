package io.igw.spi;

import io.igw.api.Decision;
import io.igw.api.Usage;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sees a response. Only the declared events are delivered; with none needed, bodies are skipped.
 */
public interface ResponseObserver extends Plugin {
  /** The events that this plugin wants; constant. */
  Set<Event> interests();

  /** An event, on the request's own event loop. */
  void on(Event event, RequestState state, Decision decision, Response response);

  /** Moments of a response. */
  enum Event {
    /** Response headers are there. */
    HEADERS,
    /** The first body bytes are there. */
    FIRST_BODY,
    /** Body bytes are there. */
    CHUNK,
    /** The response has ended, in whatever way. */
    END
  }

  /** How a request ends (ext-proc.md 8.1). */
  enum Termination {
    /** The response is complete. */
    NATURAL("natural"),
    /** The client or the gateway went away before. */
    CLIENT_DISCONNECT("client-disconnect"),
    /** It was evicted to make room. */
    EVICTED("evicted"),
    /** Anything else. */
    ERROR("error");

    private final String label;

    Termination(String label) {
      this.label = label;
    }

    /** The name on the wire and in metrics. */
    public String label() {
      return label;
    }
  }

  /** What is known so far. */
  interface Response {
    /** HTTP status, 0 before the headers. */
    int status();

    /** The model that the request was sent for, empty if it names none. */
    default String model() {
      return "";
    }

    /**
     * {@code host:port} that the data plane says served, from {@link Event#HEADERS} on: null if it
     * sent none of its metadata, empty if that does not say.
     */
    default @Nullable String served() {
      return null;
    }

    /** How the request ended; at {@link Event#END} only. */
    default Termination termination() {
      return Termination.NATURAL;
    }

    /** Token counts so far. */
    Usage usage();

    /** Body bytes so far. */
    long bytes();

    /** Sets a response header; only at {@link Event#HEADERS}. */
    void header(String name, String value);

    /** Sets dynamic metadata of the data plane; only at {@link Event#END}. */
    void metadata(String namespace, String key, double value);
  }
}

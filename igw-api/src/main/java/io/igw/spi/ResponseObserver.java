package io.igw.spi;

import io.igw.api.Decision;
import io.igw.api.Usage;
import java.util.Set;

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

  /** What is known so far. */
  interface Response {
    /** HTTP status, 0 before the headers. */
    int status();

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

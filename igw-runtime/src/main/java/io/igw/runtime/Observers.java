package io.igw.runtime;

import io.igw.api.Decision;
import io.igw.spi.Plugin;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import io.igw.spi.ResponseObserver.Event;
import io.igw.spi.ResponseObserver.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The response observers of a configuration by event, in configuration order. Immutable. */
final class Observers {
  static final RequestState NO_STATE =
      new RequestState() {
        @Override
        public <T> @Nullable T get(io.igw.spi.RequestKey<T> key) {
          return null;
        }

        @Override
        public <T> void set(io.igw.spi.RequestKey<T> key, T value) {
          throw new IllegalStateException(key.name() + ": made by another configuration");
        }
      };

  private record Named(String name, ResponseObserver observer) {}

  private final Named[][] byEvent = new Named[Event.values().length][];
  private final PickerMetrics metrics;

  private Observers(Map<String, Plugin> plugins, PickerMetrics metrics) {
    this.metrics = metrics;
    for (Event event : Event.values()) {
      List<Named> interested = new ArrayList<>();
      plugins.forEach((name, plugin) -> {
        if (plugin instanceof ResponseObserver observer && observer.interests().contains(event)) {
          interested.add(new Named(name, observer));
        }
      });
      byEvent[event.ordinal()] = interested.toArray(new Named[0]);
    }
  }

  /** Those among the plugins; faults are counted. */
  static Observers of(Map<String, Plugin> plugins, PickerMetrics metrics) {
    return new Observers(plugins, metrics);
  }

  /** Whether any observer hears of body bytes, or of the end, and so may ask for usage. */
  boolean needBodies() {
    return byEvent[Event.FIRST_BODY.ordinal()].length > 0
        || byEvent[Event.CHUNK.ordinal()].length > 0
        || byEvent[Event.END.ordinal()].length > 0;
  }

  void tell(Event event, @Nullable RequestState state, Decision decision, Response response) {
    for (Named named : byEvent[event.ordinal()]) {
      try {
        named.observer().on(event, state == null ? NO_STATE : state, decision, response);
      } catch (RuntimeException e) {
        metrics.pluginFault(named.name(), "threw");
      }
    }
  }
}

package io.igw.runtime;

import io.igw.api.InferenceRequest;
import io.igw.spi.Plugin;
import io.igw.spi.RequestHeaderProcessor;
import io.igw.spi.RequestState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The request header processors of a configuration, in its order. Immutable. */
final class HeaderProcessors {
  private record Named(String name, RequestHeaderProcessor processor) {}

  private final List<Named> processors;
  private final PickerMetrics metrics;

  private HeaderProcessors(List<Named> processors, PickerMetrics metrics) {
    this.processors = processors;
    this.metrics = metrics;
  }

  /** Those among the plugins; faults are counted. */
  static HeaderProcessors of(Map<String, Plugin> plugins, PickerMetrics metrics) {
    List<Named> processors = new ArrayList<>();
    plugins.forEach((name, plugin) -> {
      if (plugin instanceof RequestHeaderProcessor processor) {
        processors.add(new Named(name, processor));
      }
    });
    return new HeaderProcessors(List.copyOf(processors), metrics);
  }

  /** Runs them all; the first tenant that one of them names, null if none does. */
  @Nullable String run(InferenceRequest request, @Nullable RequestState state) {
    String tenant = null;
    for (Named named : processors) {
      try {
        String told =
            named.processor().process(request, state == null ? Observers.NO_STATE : state);
        tenant = tenant == null ? told : tenant;
      } catch (RuntimeException e) {
        metrics.pluginFault(named.name(), ErrorCodes.THREW);
      }
    }
    return tenant;
  }
}

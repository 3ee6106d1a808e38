package io.igw.runtime.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What extraction told, for assertions. */
final class Facts implements Extraction.Sink {
  final Map<String, Double> numbers = new LinkedHashMap<>();
  final List<@Nullable LoraAdapters> adapters = new ArrayList<>();

  @Override
  public void number(Signal signal, double value) {
    numbers.put(signal.name(), value);
  }

  int restarts;

  @Override
  public void restarted() {
    restarts++;
  }

  @Override
  public void adapters(@Nullable LoraAdapters changed) {
    adapters.add(changed);
  }

  Double get(Signal signal) {
    return numbers.getOrDefault(signal.name(), Double.NaN);
  }

  /** Facts of one page that arrives in one piece. */
  static Facts of(Extraction extraction, String page) {
    return of(extraction, page, 0);
  }

  static Facts of(Extraction extraction, String page, long seenNanos) {
    byte[] bytes = page.getBytes(UTF_8);
    Facts facts = new Facts();
    extraction.begin();
    extraction.read(bytes, 0, bytes.length);
    extraction.end(seenNanos, facts);
    return facts;
  }

  /** An extraction of a built-in engine. */
  static Extraction engine(String name) {
    return new Extraction(
        EngineSpec.builtIn().stream()
            .filter(e -> e.name().equals(name))
            .map(Engine::new)
            .findFirst()
            .orElseThrow());
  }
}

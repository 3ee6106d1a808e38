package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.spi.Meters;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class PluginMetersTest {
  private final PluginMeters all = new PluginMeters();
  private final Meters one = all.of("one", "some-type");
  private final Meters two = all.of("two", "some-type");

  private PluginMeters.Family family(String name) {
    return all.families().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void pluginsShareAFamily() {
    LongAdder hits = one.counter("seen", "What was seen.", "result", "hit");
    LongAdder misses = one.counter("seen", "What was seen.", "result", "miss");
    two.counter("seen", "Else.", "result", "hit").add(7);
    hits.increment();
    misses.add(2);
    PluginMeters.Family seen = family("seen");
    assertThat(seen.help()).isEqualTo("What was seen.");
    assertThat(seen.labelNames()).containsExactly("result");
    assertThat(seen.series()).extracting(PluginMeters.Series::value).containsExactly(1.0, 2.0, 7.0);
    assertThat(seen.series().get(2).plugin()).isEqualTo("two");
    assertThat(seen.series().get(1).labelValues()).containsExactly("miss");
  }

  @Test
  void valuesAreCountedByTheirBounds() {
    Meters.Histogram sizes = one.histogram("sizes", "Sizes.", 0, 10, 20);
    for (double value : new double[] {0, 0.1, 10, 20, 20.5, 99}) {
      sizes.record(value);
    }
    PluginMeters.Series series = family("sizes").series().get(0);
    assertThat(new long[] {series.count(0), series.count(1), series.count(2), series.count(3)})
        .containsExactly(1, 2, 1, 2);
    assertThat(series.value()).isEqualTo(149.6);
  }

  @Test
  void aGaugeThatThrowsIsUnknown() {
    one.gauge("fine", "Fine.", () -> 3);
    one.gauge(
        "broken",
        "Broken.",
        () -> {
          throw new IllegalStateException("planted");
        });
    assertThat(family("fine").series().get(0).value()).isEqualTo(3);
    assertThat(family("broken").series().get(0).value()).isNaN();
  }

  @Test
  void aSeriesIsGivenAgain() {
    assertThat(one.counter("seen", "Seen.")).isSameAs(one.counter("seen", "Seen."));
    assertThat(one.histogram("sizes", "Sizes.", 1)).isSameAs(one.histogram("sizes", "Sizes.", 1));
    one.gauge("level", "Level.", () -> 1);
    one.gauge("level", "Level.", () -> 2);
    assertThat(family("level").series()).singleElement().returns(2.0, s -> s.value());
  }

  private List<String> shares() {
    return family("share").series().stream()
        .map(s -> s.plugin() + " " + s.labelValues() + " " + s.value())
        .toList();
  }

  @Test
  void countsByALabelThatIsKnownLater() {
    Map<String, Double> hits = new TreeMap<>();
    one.counters("hits", "Hits.", "pod", () -> hits, "kind", "image");
    assertThat(family("hits").kind()).isEqualTo(PluginMeters.Kind.COUNTER);
    for (int i = 0; i < 150; i++) {
      hits.put(String.format("pod-%03d", i), 1.0 * i);
    }
    assertThat(family("hits").labelNames()).containsExactly("kind", "pod");
    assertThat(family("hits").series()).hasSize(150);
    assertThat(family("hits").series().get(149).labelValues()).containsExactly("image", "pod-149");
  }

  @Test
  void seriesComeAndGoWithTheValuesOfALabel() {
    Map<String, Double> now = new TreeMap<>(Map.of("a", 0.25, "b", 0.75));
    one.gauges("share", "Share.", "revision", () -> Map.copyOf(now), "mode", "sum");
    two.gauges("share", "Share.", "revision", () -> Map.of("z", 1.0), "mode", "sum");
    assertThat(family("share").labelNames()).containsExactly("mode", "revision");
    assertThat(shares())
        .containsExactlyInAnyOrder("one [sum, a] 0.25", "one [sum, b] 0.75", "two [sum, z] 1.0");
    now.remove("a");
    assertThat(shares()).containsExactlyInAnyOrder("one [sum, b] 0.75", "two [sum, z] 1.0");
    one.gauges("share", "Share.", "revision", Map::of, "mode", "sum");
    assertThat(shares()).as("asked for again").containsExactly("two [sum, z] 1.0");
  }

  @Test
  void seriesThatAreToldAreBounded() {
    Map<String, Double> many = new TreeMap<>();
    for (int i = 0; i < 1000; i++) {
      many.put("r" + (1000 + i), 1.0);
    }
    one.gauges("share", "Share.", "revision", () -> many);
    assertThat(shares()).hasSize(100).contains("one [r1000] 1.0");
  }

  @Test
  void ofTwoPluginsOneMayFailToTell() {
    one.gauges(
        "share",
        "Share.",
        "revision",
        () -> {
          throw new IllegalStateException("planted");
        });
    assertThatThrownBy(() -> two.gauge("share", "Share.", () -> 0))
        .hasMessage("family: share (expected: as one has it)");
    two.gauges("share", "Share.", "revision", () -> Map.of("a", 1.0));
    assertThat(shares()).containsExactly("two [a] 1.0");
  }

  @Test
  void whatCannotBeOneFamilyIsRefused() {
    one.counter("seen", "Seen.", "result", "hit");
    assertThatThrownBy(() -> two.gauge("seen", "Seen.", () -> 0))
        .hasMessage("family: seen (expected: as one has it)");
    assertThatThrownBy(() -> two.counter("seen", "Seen.", "kind", "x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> two.histogram("not a name", "Bad.", 1))
        .hasMessageContaining("family: not a name (expected: [a-zA-Z_:]");
  }
}

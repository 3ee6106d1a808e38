package io.igw.extproc.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Schema;
import io.igw.extproc.testing.SteadyLoad;
import io.igw.scheduler.EndpointPool;
import io.igw.scheduler.PluginGraph;
import io.igw.scheduler.Scheduler;
import io.igw.spi.Meters;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What plugins measure, as a scraper sees it. */
class PluginFamiliesTest {
  private static final PluginGraph GRAPH =
      new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run);

  static {
    for (String name : new String[] {"near", "far"}) {
      Meters meters = GRAPH.context(name, "approx-prefix-cache-producer").meters();
      meters.gauge("llm_d_epp_prefix_indexer_size", "Size.", () -> 5);
      Meters.Histogram ratio =
          meters.histogram("llm_d_epp_prefix_indexer_hit_ratio", "Ratio.", 0, 0.5, 1);
      ratio.record(0.75);
      meters.counter("own_things", "Things.", "kind", "odd").add(3);
      meters.gauges("own_share", "Share.", "part", () -> Map.of("a b", 0.25), "mode", name);
      meters.gauges("own_nothing", "Nothing.", "part", Map::of);
      meters.gauge("igw_open_leases", "A name that is taken.", () -> 99);
    }
    Scheduler.builder(EndpointPool.builder().build())
        .profile("p", p -> p.scorer("mine", (cycle, candidates, scores) -> {}, 1))
        .pluginDurations(GRAPH.meters(), Map.of("mine", "my-scorer"))
        .build();
  }

  private static String scrape(boolean deprecated) throws Exception {
    EndpointSnapshot pool = EndpointSnapshot.builder().endpoints(2).build();
    return PrometheusMetricsTest.scrape(
        new Exposition(
            new PrometheusMetrics(true),
            deprecated,
            "pool",
            TimeUnit.SECONDS.toNanos(2),
            () -> pool,
            new SteadyLoad(3, 2, 100, 4096, 7, GRAPH.meters().families()),
            () -> 0));
  }

  @Test
  void durationsOfPluginsAreShownUnderBothNames() throws Exception {
    String labels =
        "{extension_point=\"Scorer\",plugin_name=\"mine\",plugin_type=\"my-scorer\",le=\"0.1\"} 0";
    assertThat(scrape(true))
        .contains("llm_d_epp_plugin_duration_seconds_bucket" + labels)
        .contains("inference_extension_plugin_duration_seconds_bucket" + labels);
    assertThat(scrape(false)).doesNotContain("inference_extension_plugin_duration");
  }

  @Test
  void whatPluginsMeasureIsShown() throws Exception {
    String near = "{plugin_name=\"near\",plugin_type=\"approx-prefix-cache-producer\"";
    assertThat(scrape(true))
        .contains(
            "llm_d_epp_prefix_indexer_size" + near + "} 5.0",
            "inference_extension_prefix_indexer_size 10.0",
            "llm_d_epp_prefix_indexer_hit_ratio_bucket" + near + ",le=\"0.5\"} 0",
            "llm_d_epp_prefix_indexer_hit_ratio_bucket" + near + ",le=\"1.0\"} 1",
            "inference_extension_prefix_indexer_hit_ratio_bucket{le=\"1.0\"} 2",
            "inference_extension_prefix_indexer_hit_ratio_sum 1.5",
            "igw_open_leases 3.0")
        .containsPattern("own_things_total\\{kind=\"odd\",plugin_name=\"far\".*} 3.0")
        .containsPattern(
            "own_share\\{mode=\"far\",part=\"a b\",plugin_name=\"far\",plugin_type=.*} 0.25")
        .doesNotContain("igw_open_leases 99");
    assertThat(scrape(false)).doesNotContain("inference_extension_prefix");
  }
}

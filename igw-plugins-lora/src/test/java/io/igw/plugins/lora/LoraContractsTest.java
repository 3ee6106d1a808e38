package io.igw.plugins.lora;

import io.igw.api.Schema;
import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.Scorer;
import io.igw.testkit.ScorerContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The only type of this jar keeps the contract of its role. */
class LoraContractsTest {
  @Nested
  class ByBaseModels extends ScorerContract {
    @Override
    protected Scorer scorer() {
      return LoraContractsTest.scorer(Map.of("baseModels", List.of("base")));
    }

    /** It walks along the candidates and the endpoints that run an adapter. */
    @Override
    protected boolean reliesOnEndpointOrder() {
      return true;
    }
  }

  private static Scorer scorer(Map<String, ?> parameters) {
    PluginGraph graph =
        new PluginGraph(new Schema(), (nanos, task) -> () -> {}, () -> 0, Runnable::run);
    return (Scorer)
        new LoraAffinityProvider()
            .create(new MapParameters(parameters), graph.context("lora-affinity-scorer"));
  }
}

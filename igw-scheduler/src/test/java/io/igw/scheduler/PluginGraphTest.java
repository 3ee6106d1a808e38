package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Attribute;
import io.igw.api.LoraAdapters;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.scheduler.PluginGraph.Missing;
import io.igw.spi.DataProducer;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class PluginGraphTest {
  private static final PluginContext.Timer TIMER = (nanos, task) -> () -> {};
  private static final Executor BACKGROUND = Runnable::run;

  private final Schema schema = new Schema();
  private final PluginGraph graph = new PluginGraph(schema, TIMER, () -> 42, BACKGROUND);

  private static final class Learned implements AutoCloseable {
    int closed;

    @Override
    public void close() {
      closed++;
    }
  }

  private PluginGraph after(PluginGraph before) {
    return new PluginGraph(new Schema(), TIMER, () -> 42, BACKGROUND, before);
  }

  /** Adds a producer of {@code Of<name>} that needs what the named ones produce. */
  private void producer(String name, String... needs) {
    PluginContext context = graph.context(name);
    context.produces("Of" + name);
    for (String need : needs) {
      context.consumes("Of" + need, need, true);
    }
    graph.add(name, (DataProducer) (cycle, candidates) -> {});
  }

  @Test
  void contextsHandOutKeysOfOneSchema() {
    PluginContext a = graph.context("a");
    PluginContext b = graph.context("b");
    assertThat(a.name()).isEqualTo("a");
    assertThat(a.signal("custom")).isSameAs(b.signal("custom")).isSameAs(schema.signal("custom"));
    assertThat(a.signal("WaitingQueueSize")).isSameAs(Signal.WAITING_REQUESTS);
    Attribute<LoraAdapters> attribute = a.attribute("Adapters", LoraAdapters.class);
    assertThat(attribute.producer()).isEqualTo("a");
    assertThat(a.requestKey("session", String.class))
        .isEqualTo(b.requestKey("session", String.class));
    assertThat(a.produces("X").reader()).isEqualTo(b.consumes("X", "a", true));
    assertThat(a.produces("X")).isNotEqualTo(b.produces("X"));
    assertThat(a.timer()).isSameAs(TIMER);
    assertThat(a.nanoClock().getAsLong()).isEqualTo(42);
    assertThat(a.background()).isSameAs(BACKGROUND);
  }

  @Test
  void whatNobodyProducesIsMissing() {
    graph.context("scorer").consumes("Ofp", "p", true);
    graph.context("other").consumes("Ofq", "q", false);
    assertThat(graph.missing())
        .containsExactly(
            new Missing("scorer", "Ofp", "p", true), new Missing("other", "Ofq", "q", false));
    producer("p");
    assertThat(graph.missing()).containsExactly(new Missing("other", "Ofq", "q", false));
  }

  @Test
  void anotherInstanceOfTheTypeDoesNotStandIn() {
    graph.context("scorer").consumes("OfMine", "mine", true);
    graph.context("default").produces("OfMine");
    assertThat(graph.missing()).hasSize(1);
  }

  @Test
  void producersKeepTheirOrderUnlessOneNeedsAnother() {
    producer("a", "c");
    producer("b");
    graph.add("scorer", (Scorer) (cycle, candidates, scores) -> {});
    producer("c", "d");
    producer("d");
    producer("e", "nobody");
    assertThat(graph.producerOrder()).containsExactly("d", "c", "a", "b", "e");
  }

  @Test
  void aCycleIsShownAsAPath() {
    producer("first", "a");
    producer("a", "b");
    producer("b", "c");
    producer("c", "a");
    assertThatThrownBy(graph::producerOrder)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("producers need each other: a → b → c → a");
  }

  @Test
  void thePathLeavesOutWhatIsInOrder() {
    producer("a", "fine", "b");
    producer("fine");
    producer("b", "fine", "a");
    assertThatThrownBy(graph::producerOrder).hasMessageEndingWith(": a → b → a");
  }

  @Test
  void aProducerThatNeedsItselfIsACycle() {
    producer("a", "a");
    assertThatThrownBy(graph::producerOrder).hasMessageEndingWith("a → a");
  }

  @Test
  void theKeyOfADataTypeIsFound() {
    assertThat(graph.produced("Ofp")).isNull();
    producer("p");
    assertThat(graph.produced("Ofp")).isEqualTo(schema.perEndpoint("Ofp", "p"));
  }

  @Test
  void aNameIsTakenOnce() {
    Plugin plugin = new Plugin() {};
    graph.add("a", plugin);
    assertThatThrownBy(() -> graph.add("a", new Plugin() {}))
        .hasMessage("name: a (expected: a name not used before)");
    assertThat(graph.plugins()).containsOnly(java.util.Map.entry("a", plugin));
  }

  @Test
  void stateSurvivesWhereNameAndFingerprintAreTheSame() {
    Learned first = graph.context("p").state(List.of("index", 64), Learned::new);
    PluginGraph second = after(graph);
    assertThat(second.context("p").state(List.of("index", 64), Learned::new)).isSameAs(first);
    assertThat(second.context("q").state(List.of("index", 64), Learned::new)).isNotSameAs(first);
    PluginGraph third = after(second);
    assertThat(third.context("p").state(List.of("index", 64), Learned::new)).isSameAs(first);
    assertThat(third.context("p").state(List.of("index", 128), Learned::new)).isNotSameAs(first);
  }

  @Test
  void anInstanceMayKeepSeveralStates() {
    Learned index = graph.context("p").state("index", Learned::new);
    Learned table = graph.context("p").state("table", Learned::new);
    PluginGraph second = after(graph);
    assertThat(second.context("p").state("index", Learned::new)).isSameAs(index);
    assertThat(second.context("p").state("table", Learned::new)).isSameAs(table);
    assertThat(second.context("p").state("table", Learned::new)).isSameAs(table);
  }

  @Test
  void stateThatNobodyTookOverIsClosedOnce() {
    Learned kept = graph.context("kept").state(1, Learned::new);
    Learned dropped = graph.context("dropped").state(1, Learned::new);
    PluginGraph second = after(graph);
    Learned taken = second.context("kept").state(1, Learned::new);
    graph.closeState(second);
    assertThat(taken).isSameAs(kept);
    assertThat(kept.closed).isZero();
    assertThat(dropped.closed).isEqualTo(1);
    second.closeState(null);
    assertThat(kept.closed).isEqualTo(1);
    assertThat(dropped.closed).isEqualTo(1);
  }

  @Test
  void aRefusedConfigurationClosesOnlyWhatItMade() {
    Learned running = graph.context("p").state(1, Learned::new);
    PluginGraph refused = after(graph);
    refused.context("p").state(1, Learned::new);
    Learned made = refused.context("q").state(1, Learned::new);
    refused.closeState(graph);
    assertThat(running.closed).isZero();
    assertThat(made.closed).isEqualTo(1);
  }

  @Test
  void stateThatDoesNotCloseHoldsUpNoOther() {
    graph
        .context("bad")
        .state(
            1,
            () ->
                (AutoCloseable)
                    () -> {
                      throw new java.io.IOException("stuck");
                    });
    Learned good = graph.context("good").state(1, Learned::new);
    assertThatThrownBy(() -> graph.closeState(null))
        .isInstanceOf(IllegalStateException.class)
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("stuck"));
    assertThat(good.closed).isEqualTo(1);
  }
}

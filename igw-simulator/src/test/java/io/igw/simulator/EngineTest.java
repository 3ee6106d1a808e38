package io.igw.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The engine on a virtual clock: the embedded channel's frozen loop. */
class EngineTest {
  private static final EngineSettings SETTINGS =
      EngineSettings.defaults()
          .withBaseModel("base")
          .withKvBlocks(40)
          .withPrefill(1000, Duration.ofMillis(2))
          .withDecode(Duration.ofMillis(5), 3)
          .withLora(1, Duration.ofMillis(100));

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<String> events = new ArrayList<>();
  private Engine engine = engine(SETTINGS);

  private Engine engine(EngineSettings settings) {
    return new Engine(settings, channel.eventLoop(), new EngineCounters());
  }

  @BeforeEach
  void freeze() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    channel.close();
  }

  private static Prompt prompt(String text, int tokens) {
    byte[] bytes =
        text.repeat(4 * tokens / text.length())
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return new PromptBuilder().bytes(bytes, 0, bytes.length).build("base", null);
  }

  private Generation submit(String name, String model, Prompt prompt) {
    return engine.submit(
        prompt,
        model,
        -1,
        new Generation.Listener() {
          @Override
          public void token(int index) {
            events.add(name + index);
          }

          @Override
          public void done() {
            events.add(name + " done");
          }

          @Override
          public void impossible() {
            events.add(name + " impossible");
          }
        });
  }

  private void after(int millis) {
    for (int i = 0; i < millis; i++) {
      channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
    }
  }

  @Test
  void prefillTakesTimeByUncachedTokensThenTokensCome() {
    submit("a", "base", prompt("abcd", 640));
    after(641);
    assertThat(events).isEmpty();
    after(1);
    assertThat(events).containsExactly("a0");
    after(5);
    after(5);
    assertThat(events).containsExactly("a0", "a1", "a2", "a done");
    Generation again = submit("b", "base", prompt("abcd", 640));
    after(66);
    assertThat(again.cachedTokens()).isEqualTo(576);
    assertThat(events).endsWith("b0");
  }

  @Test
  void decodingGoesOnWhileAPromptIsComputed() {
    submit("a", "base", prompt("abcd", 64));
    after(66);
    assertThat(events).containsExactly("a0");
    submit("b", "base", prompt("efgh", 64));
    assertThat(engine.waitingRequests()).isEqualTo(1);
    after(5);
    assertThat(events).containsExactly("a0", "a1");
    assertThat(engine.runningRequests()).isEqualTo(2);
    // One step: the second prompt, and the first request's last token.
    after(70);
    assertThat(events).containsExactly("a0", "a1", "a2", "a done", "b0");
  }

  @Test
  void loraSlotsAreLoadedOnceAndWaitedFor() {
    submit("a", "sql", prompt("abcd", 64));
    after(166);
    assertThat(events).containsExactly("a0");
    submit("b", "law", prompt("abcd", 64));
    submit("c", "base", prompt("ijkl", 64));
    after(5);
    assertThat(engine.runningAdapters()).containsExactly("sql");
    assertThat(engine.waitingAdapters()).containsExactly("law");
    // The base model needs no slot: it passes the adapter that waits for one.
    assertThat(engine.runningRequests()).isEqualTo(2);
    after(500);
    after(500);
    assertThat(engine.loadedAdapters()).containsExactly("law");
    assertThat(events).contains("b done", "c done");
  }

  @Test
  void requestWaitsForKvBlocks() {
    submit("a", "base", prompt("abcd", 64 * 30));
    after(1922);
    submit("b", "base", prompt("efgh", 64 * 20));
    assertThat(engine.waitingRequests()).isEqualTo(1);
    assertThat(engine.kvUsage()).isEqualTo(31 / 40.0);
    after(15);
    assertThat(engine.waitingRequests()).isZero();
  }

  @Test
  void aRequestThatNeverFitsIsToldSo() {
    submit("a", "base", prompt("abcd", 64 * 41));
    submit("b", "base", prompt("efgh", 64));
    after(200);
    assertThat(events).contains("a impossible", "b done");
  }

  @Test
  void abortFreesWhatTheRequestHeld() {
    Generation running = submit("a", "sql", prompt("abcd", 64));
    Generation waiting = submit("b", "sql", prompt("abcd", 64));
    engine.abort(waiting);
    assertThat(engine.waitingRequests()).isZero();
    engine.abort(running);
    engine.abort(running);
    assertThat(engine.runningRequests()).isZero();
    assertThat(engine.kvUsage()).isZero();
    after(1000);
    assertThat(events).isEmpty();
    submit("c", "law", prompt("abcd", 64));
    after(1000);
    assertThat(events).contains("c0");
  }

  @Test
  void aStepThatNobodyWaitsForEnds() {
    engine = engine(SETTINGS.withDecode(Duration.ofMinutes(50), 3));
    Generation only = submit("a", "base", prompt("abcd", 64));
    after(100);
    assertThat(events).containsExactly("a0");
    engine.abort(only);
    submit("b", "base", prompt("efgh", 64));
    after(100);
    assertThat(events).containsExactly("a0", "b0");
  }

  @Test
  void slowEngineTakesTenTimesLonger() {
    engine.slow(true);
    submit("a", "base", prompt("abcd", 64));
    after(659);
    assertThat(events).isEmpty();
    after(1);
    assertThat(events).containsExactly("a0");
  }

  @Test
  void restartForgetsEverything() {
    submit("a", "base", prompt("abcd", 640));
    after(642);
    engine.restart();
    after(1000);
    assertThat(events).containsExactly("a0");
    assertThat(engine.cachedBlocks()).isZero();
    engine = engine(SETTINGS);
  }
}

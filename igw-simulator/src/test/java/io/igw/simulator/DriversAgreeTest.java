package io.igw.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.igw.simulator.engine.EngineModel;
import io.igw.simulator.engine.Job;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The driver by an event loop's timer and the one by virtual time make the same of the same
 * arrivals. The loop's clock is the test's, so that this is about the drivers, not the machine.
 */
class DriversAgreeTest {
  private static final EngineSettings SETTINGS =
      EngineSettings.defaults()
          .withKvBlocks(600)
          .withPrefill(8000, Duration.ofMillis(10))
          .withDecode(Duration.ofMillis(15), 20);

  private record Arrival(int millis, Prompt prompt, int output) {}

  private static List<Arrival> arrivals() {
    SplittableRandom random = new SplittableRandom(7);
    List<Arrival> arrivals = new ArrayList<>();
    int now = 0;
    for (int i = 0; i < 400; i++) {
      now += random.nextInt(160);
      String system = ("family " + random.nextInt(6) + " ").repeat(300);
      String text = system + ("request " + i + " ").repeat(10 + random.nextInt(200));
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      Prompt prompt = new PromptBuilder().bytes(bytes, 0, bytes.length).build("base-model", null);
      arrivals.add(new Arrival(now, prompt, 1 + random.nextInt(40)));
    }
    return arrivals;
  }

  /** Jobs by the real-time driver, at a speed. */
  private static List<Job> timed(List<Arrival> arrivals, int speed) {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    Engine engine =
        new Engine(SETTINGS.withSpeed(speed), channel.eventLoop(), new EngineCounters());
    List<Job> jobs = new ArrayList<>();
    long micros = 0;
    int next = 0;
    while (next < arrivals.size() || engine.runningRequests() + engine.waitingRequests() > 0) {
      while (next < arrivals.size() && arrivals.get(next).millis() * 1000L <= micros * speed) {
        Arrival arrival = arrivals.get(next++);
        jobs.add(engine.submit(arrival.prompt(), "base-model", arrival.output(), new Silent()).job);
      }
      channel.advanceTimeBy(200, TimeUnit.MICROSECONDS);
      channel.runScheduledPendingTasks();
      micros += 200;
    }
    channel.close();
    return jobs;
  }

  /** Jobs by virtual time. */
  private static List<Job> virtual(List<Arrival> arrivals) {
    EngineModel engine =
        new EngineModel(
            SETTINGS.parameters(),
            new EngineModel.Listener() {
              @Override
              public void token(Job job, long nowNanos) {}

              @Override
              public void ended(Job job, long nowNanos) {}
            });
    List<Job> jobs = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      long now = arrival.millis() * 1_000_000L;
      engine.advance(now);
      long[] hashes = Job.blockHashes(arrival.prompt(), EngineSettings.BLOCK_TOKENS);
      Job job = new Job(arrival.prompt().estimatedTokens(), arrival.output(), hashes, null, now);
      engine.submit(job, now);
      jobs.add(job);
    }
    while (engine.nextNanos() != EngineModel.IDLE) {
      engine.advance(engine.nextNanos());
    }
    return jobs;
  }

  /** Nobody listens. */
  private static final class Silent implements Generation.Listener {
    @Override
    public void token(int index) {}

    @Override
    public void done() {}

    @Override
    public void impossible() {
      throw new AssertionError("every request fits");
    }
  }

  private static double hits(List<Job> jobs) {
    double cached = jobs.stream().mapToInt(Job::cachedTokens).sum();
    return cached / jobs.stream().mapToInt(Job::promptTokens).sum();
  }

  private static double median(List<Job> jobs) {
    double[] times =
        jobs.stream()
            .mapToDouble(job -> job.firstTokenNanos() - job.arrivedNanos())
            .sorted()
            .toArray();
    return times[times.length / 2];
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void inHitsAndTimes(int speed) {
    List<Arrival> arrivals = arrivals();
    List<Job> timed = timed(arrivals, speed);
    List<Job> virtual = virtual(arrivals);
    assertThat(timed).hasSize(arrivals.size()).allMatch(Job::complete);
    assertThat(hits(virtual)).isBetween(0.2, 0.9);
    assertThat(hits(timed)).isCloseTo(hits(virtual), within(0.01));
    assertThat(median(timed)).isCloseTo(median(virtual), within(0.1 * median(virtual)));
  }

  @Test
  void repeatably() {
    List<Arrival> arrivals = arrivals();
    assertThat(virtual(arrivals).stream().map(Job::endedNanos).toList())
        .isEqualTo(virtual(arrivals).stream().map(Job::endedNanos).toList());
  }
}

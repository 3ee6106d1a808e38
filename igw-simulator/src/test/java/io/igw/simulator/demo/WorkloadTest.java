package io.igw.simulator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.OpenAiReader;
import io.igw.spi.RequestParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkloadTest {
  private static final int REQUESTS = 300;
  private static final long DURATION = 1_000_000_000L;

  private static List<Workload.Turn> turns(long seed) {
    Workload workload = new Workload(seed, "base", REQUESTS, DURATION);
    List<Workload.Turn> turns = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      turns.add(workload.next());
    }
    return turns;
  }

  @Test
  void sameSeedGivesSameTurnsAndArrivals() {
    List<Workload.Turn> first = turns(1);
    List<Workload.Turn> second = turns(1);
    for (int i = 0; i < REQUESTS; i++) {
      assertThat(first.get(i).body()).isEqualTo(second.get(i).body());
      assertThat(first.get(i).atNanos()).isEqualTo(second.get(i).atNanos());
    }
    assertThat(turns(2).get(0).body()).isNotEqualTo(first.get(0).body());
  }

  @Test
  void warmUpFillsNoBlock() {
    var turns = Workload.warmUp("base", 10);
    assertThat(turns.get().atNanos()).isZero();
    Workload.Turn second = turns.get();
    assertThat(second.atNanos()).isEqualTo(10);
    assertThat(second.body().length).isLessThan(4 * 64);
  }

  @Test
  void arrivalsAscendWithinTheDuration() {
    long last = 0;
    for (Workload.Turn turn : turns(1)) {
      assertThat(turn.atNanos()).isBetween(last, DURATION);
      last = turn.atNanos();
    }
  }

  @Test
  void bodiesAreChatRequestsThatShareTheirGroupsPrompt() {
    RequestParser parser = OpenAiReader.parser();
    Set<String> models = new HashSet<>();
    List<Long> firstBlocks = new ArrayList<>();
    int laterTurns = 0;
    for (Workload.Turn turn : turns(1)) {
      RequestParser.RequestBody body = parser.request("/v1/chat/completions", name -> null);
      body.feed(turn.body(), 0, turn.body().length);
      RequestParser.Parsed parsed = body.finish();
      assertThat(parsed.error()).isNull();
      assertThat(parsed.stream()).isTrue();
      assertThat(parsed.model()).isEqualTo(turn.model());
      models.add(turn.model());
      if (turn.turn() > 0) {
        laterTurns++;
        assertThat(new String(turn.body(), StandardCharsets.UTF_8)).contains("assistant");
      }
      if (turn.group() == 0) {
        firstBlocks.add(parsed.prompt("").blockHash(64, 40));
      }
    }
    assertThat(models).hasSize(9).contains("base", "adapter-0");
    assertThat(laterTurns).isGreaterThan(REQUESTS / 4);
    assertThat(firstBlocks).hasSizeGreaterThan(5);
    assertThat(new HashSet<>(firstBlocks)).hasSize(1);
  }
}

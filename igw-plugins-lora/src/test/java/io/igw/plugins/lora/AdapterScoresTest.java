package io.igw.plugins.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.igw.api.Attribute;
import io.igw.api.EndpointSnapshot;
import io.igw.api.LoraAdapters;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterScoresTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // active, waiting, slots, score of adapter a
        "a,-,2,1.0",
        "a b,c d,2,1.0",
        "a,a,1,1.0",
        "-,-,1,0.8",
        "b,-,2,0.8",
        "b,a,3,0.8",
        "b,a,2,0.6",
        "b c,a,2,0.6",
        "b c,-,2,0.0",
        "b,c,2,0.0",
        "b c d,-,2,0.0",
        "-,-,0,0.5",
        "a,-,0,0.5",
      })
  void scoresAsTheTableSays(String active, String waiting, int slots, double expected) {
    EndpointSnapshot snapshot =
        EndpointSnapshot.builder()
            .endpoints(1)
            .attribute(
                Attribute.LORA_ADAPTERS, 0, new LoraAdapters(set(active), set(waiting), slots))
            .build();
    assertThat(score(AdapterScores.of(snapshot), "a", 0)).isCloseTo(expected, within(1e-9));
  }

  /** Loading costs least where most slots are free, or where it is about to happen anyway. */
  @Test
  void moreFreeSlotsAreBetterWithinTheirClass() {
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder().endpoints(6);
    LoraAdapters[] reported = {
      new LoraAdapters(Set.of("b"), Set.of(), 8),
      new LoraAdapters(Set.of("b", "c", "d", "e"), Set.of("f", "g", "h"), 8),
      new LoraAdapters(Set.of("b", "c", "d", "e"), Set.of("f", "g", "a"), 8),
      new LoraAdapters(Set.of("b"), Set.of("a"), 1),
      new LoraAdapters(Set.of("b"), Set.of("c"), 1),
      new LoraAdapters(Set.of("a"), Set.of(), 1)
    };
    for (int i = 0; i < reported.length; i++) {
      builder.attribute(Attribute.LORA_ADAPTERS, i, reported[i]);
    }
    AdapterScores table = AdapterScores.of(builder.build());
    double[] scores = new double[reported.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score(table, "a", i);
    }
    double scarce = 0.7 + 0.1 / 7;
    assertThat(scores).containsExactly(new double[] {0.8, scarce, 0.8, 0.6, 0, 1}, within(1e-9));
  }

  @Test
  void anEndpointThatReportsNothingIsNeutral() {
    EndpointSnapshot snapshot =
        EndpointSnapshot.builder()
            .endpoints(2)
            .attribute(Attribute.LORA_ADAPTERS, 0, new LoraAdapters(Set.of("a"), Set.of(), 1))
            .build();
    AdapterScores table = AdapterScores.of(snapshot);
    assertThat(score(table, "a", 1)).isEqualTo(0.5);
    assertThat(table.names()).containsExactly("a");
  }

  private static double score(AdapterScores table, String adapter, int ordinal) {
    AdapterScores.Deviations deviations = table.deviations(adapter);
    int at = deviations == null ? -1 : Arrays.binarySearch(deviations.ordinals(), ordinal);
    return deviations == null || at < 0 ? table.elsewhere[ordinal] : deviations.scores()[at];
  }

  private static Set<String> set(String names) {
    return names == null ? Set.of() : new HashSet<>(Arrays.asList(names.split(" ")));
  }
}

package io.igw.plugins.lora;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(score(AdapterScores.of(snapshot), "a", 0)).isEqualTo(expected);
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

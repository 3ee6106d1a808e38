package io.igw.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Narrowing by flags at positions. */
class CandidateFlagsTest {
  private final CandidateSet candidates = new CandidateSet(new CandidateSet.Contents());

  @Test
  void flagsAreByPosition() {
    candidates.reset(5);
    candidates.open();
    keep(false, true, true, false, true);
    assertThat(candidates.ordinals()).containsExactly(1, 2, 4);
    keep(true, false, true);
    assertThat(candidates.ordinals()).containsExactly(1, 4);
    candidates.undo();
    assertThat(candidates.all()).isTrue();
    assertThat(candidates.size()).isEqualTo(5);
  }

  @Test
  void allOrNone() {
    candidates.reset(2);
    candidates.open();
    keep(true, true);
    assertThat(candidates.all()).isTrue();
    keep(false, false);
    assertThat(candidates.size()).isZero();
  }

  @Test
  void onlyFiltersNarrow() {
    candidates.reset(2);
    boolean[] flags = candidates.flags();
    assertThatThrownBy(() -> candidates.retain(flags)).hasMessageContaining("by a filter only");
  }

  private void keep(boolean... byPosition) {
    System.arraycopy(byPosition, 0, candidates.flags(), 0, byPosition.length);
    candidates.retain(candidates.flags());
  }
}

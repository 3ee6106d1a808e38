package io.igw.scheduler.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentMapTest {
  @Test
  void holdsNoMoreThanItMay() {
    RecentMap<Integer> map = new RecentMap<>(100, 1000, 0);
    for (int i = 0; i < 10_000; i++) {
      map.put("key" + i, i, 0);
      assertThat(map.size()).isLessThanOrEqualTo(100);
    }
    assertThat(map.get("key9999", 0)).isEqualTo(9999);
    assertThat(map.get("key1", 0)).isNull();
  }

  @Test
  void whatIsUsedStays() {
    RecentMap<Integer> map = new RecentMap<>(10, 1000, 0);
    map.put("mine", 1, 0);
    for (int i = 0; i < 1000; i++) {
      map.put("other" + i, i, 0);
      assertThat(map.get("mine", 0)).isEqualTo(1);
    }
  }

  @Test
  void whatIsNotUsedGoesInTime() {
    RecentMap<Integer> map = new RecentMap<>(10, 1000, 0);
    map.put("a", 1, 0);
    assertThat(map.get("a", 999)).isEqualTo(1);
    assertThat(map.get("a", 1998)).isEqualTo(1);
    assertThat(map.get("a", 10_000)).isNull();
    assertThat(map.size()).isZero();
  }

  @Test
  void longKeysAreNotKept() {
    RecentMap<Integer> map = new RecentMap<>(10, 1000, 0);
    map.put("k".repeat(513), 1, 0);
    assertThat(map.size()).isZero();
    assertThat(map.computeIfAbsent("k".repeat(513), 0, () -> 1)).isNull();
    assertThat(map.computeIfAbsent("k", 0, () -> 1)).isEqualTo(1);
    assertThat(map.computeIfAbsent("k", 0, () -> 2)).isEqualTo(1);
  }
}

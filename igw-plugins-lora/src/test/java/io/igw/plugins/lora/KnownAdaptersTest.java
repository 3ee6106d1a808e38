package io.igw.plugins.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KnownAdaptersTest {
  @Test
  void remembersWhatIsNoLongerReported() {
    KnownAdapters known = new KnownAdapters();
    known.learn(Set.of("a"));
    known.learn(Set.of());
    assertThat(known.contains("a")).isTrue();
    assertThat(known.contains("base")).isFalse();
  }

  @Test
  void staysBoundedAndKeepsWhatIsReportedNow() {
    KnownAdapters known = new KnownAdapters();
    for (int i = 0; i <= KnownAdapters.LIMIT; i++) {
      known.learn(Set.of("adapter-" + i));
      assertThat(known.size()).isLessThanOrEqualTo(KnownAdapters.LIMIT);
    }
    assertThat(known.contains("adapter-" + KnownAdapters.LIMIT)).isTrue();
  }

  @Test
  void aReportBeyondTheLimitIsKnownWhileItLasts() {
    KnownAdapters known = new KnownAdapters();
    Set<String> many = new HashSet<>();
    for (int i = 0; i < KnownAdapters.LIMIT + 5; i++) {
      many.add("adapter-" + i);
    }
    known.learn(many);
    assertThat(known.contains("adapter-0")).isTrue();
    known.learn(Set.of("new"));
    assertThat(known.size()).isEqualTo(1);
  }
}

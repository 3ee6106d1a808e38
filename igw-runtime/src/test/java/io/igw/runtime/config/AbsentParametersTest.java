package io.igw.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.runtime.config.AbsentParameters.Documented;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbsentParametersTest {
  @Test
  void everyTypeIsOneOfTheReference() {
    assertThat(AbsentParameters.types()).hasSizeGreaterThan(8);
    for (String type : AbsentParameters.types()) {
      assertThat(KnownTypes.find(type)).as(type).isNotNull();
      assertThat(AbsentParameters.of(type))
          .as(type)
          .isNotEmpty()
          .allMatch(
              p -> List.of("text", "integer", "number", "boolean", "duration").contains(p.kind()))
          .extracting(Documented::name)
          .doesNotHaveDuplicates();
    }
    assertThat(AbsentParameters.of("queue-scorer")).isEmpty();
  }
}

package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolViewTest {
  @ParameterizedTest
  @CsvSource({"1,64", "16,64", "64,64", "65,128", "128,128", "100,128", "1000,1024", "0,64"})
  void theEffectiveSizeIsAMultipleOf64(int tokens, int expected) {
    assertThat(PoolView.effective(tokens)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true|16 16 16|64",
        "true|128 128 16|128",
        "true|16 32 128|64",
        "true|16 128|128",
        "true|NaN NaN NaN|192",
        "true|NaN 256 NaN|256",
        "true|0 -5 1e9|192",
        "true|Infinity 100|128",
        "false|256 256|192",
      })
  void thePoolUsesTheSizeThatMostEndpointsReport(boolean autoTune, String sizes, int expected) {
    String[] values = sizes.split(" ");
    EndpointSnapshot.Builder builder = EndpointSnapshot.builder().endpoints(values.length);
    for (int i = 0; i < values.length; i++) {
      builder.value(Signal.CACHE_BLOCK_SIZE, i, Double.parseDouble(values[i]));
    }
    assertThat(PoolView.of(builder.build(), autoTune, 130).blockTokens()).isEqualTo(expected);
  }

  @Test
  void anEmptyPoolUsesTheParameter() {
    assertThat(PoolView.of(EndpointSnapshot.builder().build(), true, 16).blockTokens())
        .isEqualTo(64);
  }
}

package io.igw.plugins.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixIndexSettingsTest {
  @ParameterizedTest
  @CsvSource({
    // tokens, blocks, block size, blocks of the prompt, looked at
    "131072,2048,64,5000,2048",
    "131072,2048,64,100,100",
    "131072,2048,128,5000,1024",
    "1000,2048,64,5000,15",
    "63,2048,64,5000,0",
    "0,2048,128,5000,2048",
    "0,0,64,5000,5000",
  })
  void theTokenLimitTakesPrecedence(
      int tokens, int blocks, int blockTokens, int prompt, int expected) {
    PrefixIndexSettings settings =
        new PrefixIndexSettings(true, 16, tokens, blocks, 31_250, 1 << 20);
    assertThat(settings.limit(prompt, blockTokens)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    // autoTune, engine block size, engine blocks, index block size, capacity
    "true,16,4000,64,1000",
    "true,128,4000,128,4000",
    "true,16,4000,128,500",
    "true,16,1,64,1",
    "true,NaN,4000,64,31250",
    "true,16,NaN,64,31250",
    "true,16,0,64,31250",
    "true,16,1e18,64,2147483647",
    "false,16,4000,64,31250",
  })
  void theCapacityIsScaledToIndexBlocks(
      boolean autoTune, double size, double blocks, int blockTokens, int expected) {
    EndpointSnapshot snapshot =
        EndpointSnapshot.builder()
            .endpoints(1)
            .value(Signal.CACHE_BLOCK_SIZE, 0, size)
            .value(Signal.CACHE_BLOCKS, 0, blocks)
            .build();
    PrefixIndexSettings settings =
        new PrefixIndexSettings(autoTune, 16, 131_072, 2048, 31_250, 1 << 20);
    assertThat(settings.capacity(snapshot, 0, blockTokens)).isEqualTo(expected);
  }

  @Test
  void anEndpointThatIsGoneHasTheConfiguredCapacity() {
    PrefixIndexSettings settings = new PrefixIndexSettings(true, 16, 131_072, 2048, 77, 1 << 20);
    assertThat(settings.capacity(EndpointSnapshot.builder().build(), -1, 64)).isEqualTo(77);
  }
}

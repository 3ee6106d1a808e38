package io.igw.runtime.metrics;

import static io.igw.api.Signal.CACHE_BLOCKS;
import static io.igw.api.Signal.CACHE_BLOCK_SIZE;
import static io.igw.api.Signal.KV_CACHE_USAGE;
import static io.igw.api.Signal.RUNNING_REQUESTS;
import static io.igw.api.Signal.WAITING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages of real servers and of traps, where the shared data folder is beside the checkout. */
class SamplePagesTest {
  private static String sample(String name) throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("shared/data"))) {
      folder = folder.getParent();
    }
    assumeThat(folder).as("shared/data beside the checkout").isNotNull();
    return Files.readString(folder.resolve("shared/data/model-server-metrics").resolve(name));
  }

  @ParameterizedTest
  @CsvSource({
    "vllm-v0_serving.txt, vllm, 0, 0, 0.0, 16, 81767",
    "sglang_production.txt, sglang, 2826, 162, 0.28, NaN, NaN",
    "triton-tensorrt-llm_inflight-batcher.txt, triton-tensorrt-llm, 1, 1, 0.4875, 64, 6239",
    "constructed_vllm-v1_lora_two-engines.txt, vllm, 4, 18, 0.7312, 16, 24902",
    "constructed_vllm-v1_lora_all-unloaded.txt, vllm, 0, 0, 0.0, NaN, NaN",
    "constructed_trtllm-serve.txt, trtllm-serve, 2, 9, 0.415, 32, 10240",
    "constructed_sglang_dp-ranks.txt, sglang, 3, 17, 0.61, 1, 52011",
  })
  void isReadAsItsServerMeansIt(
      String file,
      String engine,
      double waiting,
      double running,
      double usage,
      double blockSize,
      double blocks)
      throws IOException {
    Extraction extraction = Facts.engine(engine);
    Facts facts = Facts.of(extraction, sample(file));
    assertNumber(facts, WAITING_REQUESTS, waiting);
    assertNumber(facts, RUNNING_REQUESTS, running);
    assertNumber(facts, KV_CACHE_USAGE, usage);
    assertNumber(facts, CACHE_BLOCK_SIZE, blockSize);
    assertNumber(facts, CACHE_BLOCKS, blocks);
    assertThat(extraction.malformedLines()).isZero();
    assertThat(extraction.discarded()).isZero();
  }

  private static void assertNumber(Facts facts, Signal signal, double expected) {
    assertThat(facts.get(signal)).as(signal.name()).isEqualTo(Double.valueOf(expected));
  }

  @Test
  void adaptersAreReadAsTheServerMeansThem() throws IOException {
    assertThat(
            Facts.of(Facts.engine("vllm"), sample("constructed_vllm-v1_lora_two-engines.txt"))
                .adapters)
        .containsExactly(
            new LoraAdapters(Set.of("food-review-1", "ski-resorts"), Set.of("movie-critique"), 4));
    assertThat(
            Facts.of(Facts.engine("vllm"), sample("constructed_vllm-v1_lora_all-unloaded.txt"))
                .adapters)
        .containsExactly(new LoraAdapters(Set.of(), Set.of(), 2));
    assertThat(Facts.of(Facts.engine("vllm"), sample("vllm-v0_serving.txt")).adapters)
        .containsExactly(new LoraAdapters(Set.of(), Set.of(), 0));
  }
}

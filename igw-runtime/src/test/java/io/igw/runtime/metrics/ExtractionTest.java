package io.igw.runtime.metrics;

import static io.igw.api.Signal.CACHE_BLOCKS;
import static io.igw.api.Signal.CACHE_BLOCK_SIZE;
import static io.igw.api.Signal.ENGINE_AWAKE;
import static io.igw.api.Signal.KV_CACHE_USAGE;
import static io.igw.api.Signal.RUNNING_REQUESTS;
import static io.igw.api.Signal.WAITING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.LoraAdapters;
import io.igw.api.Schema;
import io.igw.api.Signal;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtractionTest {
  private final Extraction vllm = Facts.engine("vllm");

  @Test
  void namesMatchExactly() {
    Facts facts =
        Facts.of(
            vllm,
            """
            vllm:num_requests_waiting_by_reason{reason="capacity"} 3.0
            xvllm:num_requests_waiting 5
            vllm:num_requests_waitin 6
            vllm:num_requests_waiting 4
            """);
    assertThat(facts.get(WAITING_REQUESTS)).isEqualTo(4);
  }

  @Test
  void seriesOfOneFamilyArePutTogetherByTheirMeaning() {
    Facts facts =
        Facts.of(
            vllm,
            """
            vllm:num_requests_waiting{engine="0"} 4.0
            vllm:num_requests_waiting{engine="1"} 1.0
            vllm:num_requests_running{engine="0"} 11.0
            vllm:num_requests_running{engine="1"} 7.0
            vllm:kv_cache_usage_perc{engine="0"} 0.7312
            vllm:kv_cache_usage_perc{engine="1"} 0.52
            vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="12453"} 1.0
            vllm:cache_config_info{block_size="16",engine="1",num_gpu_blocks="12449"} 1.0
            """);
    assertThat(facts.get(WAITING_REQUESTS)).isEqualTo(5);
    assertThat(facts.get(RUNNING_REQUESTS)).isEqualTo(18);
    assertThat(facts.get(KV_CACHE_USAGE)).isEqualTo(0.7312);
    assertThat(facts.get(CACHE_BLOCK_SIZE)).isEqualTo(16);
    assertThat(facts.get(CACHE_BLOCKS)).isEqualTo(12453 + 12449);
  }

  @Test
  void blockSizesThatDisagreeAreUnknown() {
    Facts facts =
        Facts.of(
            vllm,
            """
            vllm:cache_config_info{block_size="16",num_gpu_blocks="10"} 1.0
            vllm:cache_config_info{block_size="32",num_gpu_blocks="10"} 1.0
            """);
    assertThat(facts.get(CACHE_BLOCK_SIZE)).isNaN();
    assertThat(facts.get(CACHE_BLOCKS)).isEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"})
  void eitherNameOfTheKvGaugeIsRead(String family) {
    assertThat(Facts.of(vllm, family + " 0.25\n").get(KV_CACHE_USAGE)).isEqualTo(0.25);
  }

  @Test
  void theConfiguredNameOfTheKvGaugeWinsIfBothAreThere() {
    String page = "vllm:gpu_cache_usage_perc 0.9\nvllm:kv_cache_usage_perc 0.25\n";
    assertThat(Facts.of(vllm, page).get(KV_CACHE_USAGE)).isEqualTo(0.25);
  }

  @Test
  void labelsSelectSeriesWithinAFamily() {
    Facts facts =
        Facts.of(
            Facts.engine("triton-tensorrt-llm"),
            """
            nv_trt_llm_request_metrics{model="m",request_type="waiting",version="1"} 1
            nv_trt_llm_request_metrics{model="m",request_type="max",version="1"} 512
            nv_trt_llm_request_metrics{request_type="scheduled",model="m"} 2
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="fraction"} 0.4875
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="tokens_per"} 64
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="max"} 6239
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="free"} 1
            nv_trt_llm_kv_cache_block_metrics 7
            """);
    assertThat(facts.numbers)
        .containsEntry(WAITING_REQUESTS.name(), 1.0)
        .containsEntry(RUNNING_REQUESTS.name(), 2.0)
        .containsEntry(KV_CACHE_USAGE.name(), 0.4875)
        .containsEntry(CACHE_BLOCK_SIZE.name(), 64.0)
        .containsEntry(CACHE_BLOCKS.name(), 6239.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vllm:num_requests_waiting 4|4",
        "  vllm:num_requests_waiting   4  |4",
        "vllm:num_requests_waiting\t4|4",
        "vllm:num_requests_waiting 4 1788626454631|4",
        "vllm:num_requests_waiting 4 1788626454.631 # {trace=\"a b\"} 1 2|4",
        "vllm:num_requests_waiting{} 4|4",
        "vllm:num_requests_waiting {a=\"b\"} 4|4",
        "vllm:num_requests_waiting{ a = \"b\" , c=\"d\", } 4|4",
        "vllm:num_requests_waiting{a=\"}\\\"{,=\\\\\",b=\"x\"}4|4",
        "vllm:num_requests_waiting 4.9|4",
        "vllm:num_requests_waiting 1.2e+01|12",
      })
  void allFormsOfALineAreRead(String line, double expected) {
    assertThat(Facts.of(vllm, line + "\r\n# EOF\n").get(WAITING_REQUESTS)).isEqualTo(expected);
    assertThat(Facts.of(vllm, line).get(WAITING_REQUESTS)).isEqualTo(expected);
    assertThat(vllm.malformedLines()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vllm:num_requests_waiting",
        "vllm:num_requests_waiting x",
        "vllm:num_requests_waiting 4 x",
        "vllm:num_requests_waiting 4 5 6",
        "vllm:num_requests_waiting{",
        "vllm:num_requests_waiting{a} 4",
        "vllm:num_requests_waiting{a=} 4",
        "vllm:num_requests_waiting{a=\"b} 4",
        "vllm:num_requests_waiting{a=\"b\"",
        "vllm:num_requests_waiting{a=\"b\\",
        "vllm:num_requests_waiting{a=\"b\"c=\"d\"} 4",
        "vllm:num_requests_waiting{=\"d\"} 4",
        "vllm:num_requests_waiting{a=\"b\"}",
      })
  void oneBadLineDoesNotLoseTheRest(String line) {
    String page =
        "vllm:num_requests_running 1\n" + line + "\nvllm:num_requests_waiting{b=\"c\"} 3\n" + line;
    Facts facts = Facts.of(vllm, page);
    assertThat(facts.get(RUNNING_REQUESTS)).isEqualTo(1);
    assertThat(facts.get(WAITING_REQUESTS)).isEqualTo(3);
    assertThat(vllm.malformedLines()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "vllm:num_requests_waiting, NaN",
    "vllm:num_requests_waiting, +Inf",
    "vllm:num_requests_waiting, -1",
    "vllm:num_requests_waiting, 1e300",
    "vllm:kv_cache_usage_perc, 1.5",
    "vllm:kv_cache_usage_perc, -0.1",
    "vllm:kv_cache_usage_perc, -Inf",
  })
  void illegalValuesAreDiscardedAndCounted(String family, String value) {
    Facts facts = Facts.of(vllm, family + " " + value + "\nvllm:num_requests_running 2\n");
    assertThat(facts.numbers).containsOnlyKeys(RUNNING_REQUESTS.name());
    assertThat(vllm.discarded()).isEqualTo(1);
  }

  @Test
  void aSumWithoutOneOfItsPartsIsUnknown() {
    String page =
        "vllm:num_requests_waiting{engine=\"0\"} NaN\nvllm:num_requests_waiting{engine=\"1\"} 5\n";
    assertThat(Facts.of(vllm, page).get(WAITING_REQUESTS)).isNaN();
    assertThat(vllm.discarded()).isEqualTo(1);
  }

  @Test
  void roundingNoiseAboveOneIsOne() {
    String page = "vllm:kv_cache_usage_perc 1.0000000000000002\n";
    assertThat(Facts.of(vllm, page).get(KV_CACHE_USAGE)).isEqualTo(1);
  }

  @Test
  void blockCountsThatAreNoNumbersAreDiscarded() {
    String page = "vllm:cache_config_info{block_size=\"16\",num_gpu_blocks=\"None\"} 1.0\n";
    Facts facts = Facts.of(vllm, page);
    assertThat(facts.get(CACHE_BLOCK_SIZE)).isEqualTo(16);
    assertThat(facts.get(CACHE_BLOCKS)).isNaN();
    assertThat(vllm.discarded()).isEqualTo(1);
  }

  @Test
  void missingFamiliesAreNamedOncePerChange() {
    Facts.of(vllm, "vllm:num_requests_waiting 1\nvllm:num_requests_running 1\n");
    assertThat(vllm.requiredMissing()).isTrue();
    assertThat(vllm.missingChanged()).isTrue();
    assertThat(vllm.missing())
        .contains("vllm:kv_cache_usage_perc or vllm:gpu_cache_usage_perc")
        .contains("label block_size of vllm:cache_config_info")
        .contains("LoRA")
        .doesNotContain("waiting");
    String page =
        "vllm:num_requests_waiting 1\nvllm:num_requests_running 1\nvllm:kv_cache_usage_perc 0\n";
    Facts.of(vllm, page);
    assertThat(vllm.requiredMissing()).isFalse();
    assertThat(vllm.missingChanged()).isTrue();
    Facts.of(vllm, page);
    assertThat(vllm.missingChanged()).isFalse();
  }

  @Test
  void aPageOfSomethingElseIsNotRecognised() {
    Facts facts = Facts.of(vllm, "<html><body>vllm:num_requests_waiting 3</body></html>");
    assertThat(facts.numbers).isEmpty();
    assertThat(vllm.recognised()).isFalse();
  }

  @Test
  void anAbortedPageLeavesNothing() {
    byte[] half = "vllm:num_requests_waiting{engine=\"0\"} 4\nvllm:num_requests_wai".getBytes();
    vllm.begin();
    vllm.read(half, 0, half.length);
    Facts facts = Facts.of(vllm, "vllm:num_requests_waiting{engine=\"1\"} 1\n");
    assertThat(facts.get(WAITING_REQUESTS)).isEqualTo(1);
  }

  @Test
  void anEngineSleepsOnlyIfItSaysSo() {
    String state = "vllm:engine_sleep_state{engine=\"0\",sleep_state=";
    assertThat(Facts.of(vllm, state + "\"awake\"} 1.0\n").get(ENGINE_AWAKE)).isEqualTo(1);
    String asleep = state + "\"awake\"} 0.0\n" + state + "\"weights_offloaded\"} 1.0\n";
    assertThat(Facts.of(vllm, asleep).get(ENGINE_AWAKE)).isEqualTo(0);
    assertThat(Facts.of(vllm, "vllm:num_requests_waiting 1\n").get(ENGINE_AWAKE)).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "vllm, vllm:prompt_tokens_total",
    "sglang, sglang:prompt_tokens_total",
    "trtllm-serve, trtllm_request_success_total"
  })
  void aCounterThatGoesBackTellsOfARestart(String engine, String counter) {
    Extraction extraction = Facts.engine(engine);
    assertThat(Facts.of(extraction, counter + "{m=\"a\"} 5\n").restarts).isZero();
    assertThat(Facts.of(extraction, counter + "{m=\"a\"} 7\n").restarts).isZero();
    assertThat(Facts.of(extraction, counter + "{m=\"a\"} 7\n").restarts).isZero();
    assertThat(Facts.of(extraction, "# a page without it\n").restarts).isZero();
    assertThat(Facts.of(extraction, counter + "{m=\"a\"} 1\n").restarts).isEqualTo(1);
    assertThat(Facts.of(extraction, counter + "{m=\"a\"} 2\n").restarts).isZero();
  }

  @Test
  void customMetricsTakeTheLatestTimestampOrTheFirstSeries() {
    Signal signal = new Schema().signal("myAttribute");
    Extraction custom =
        new Extraction(
            new Engine(
                new EngineSpec(
                    "mine",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    "",
                    "",
                    List.of(
                        new EngineSpec.Custom(signal, MetricSpec.parse("temperature{at=core}"))))));
    assertThat(
            Facts.of(
                    custom,
                    """
                    temperature{at="core",n="0"} -3.5
                    temperature{at="core",n="1"} 9
                    temperature{at="fan"} 1
                    """)
                .get(signal))
        .isEqualTo(-3.5);
    assertThat(
            Facts.of(
                    custom,
                    """
                    temperature{at="core",n="0"} 1 1000
                    temperature{at="core",n="1"} 2 3000
                    temperature{at="core",n="2"} 3 2000
                    """)
                .get(signal))
        .isEqualTo(2);
  }

  private static String lora(String max, String running, String waiting, String value) {
    return ("vllm:lora_requests_info{max_lora=\"%s\",running_lora_adapters=\"%s\","
            + "waiting_lora_adapters=\"%s\"} %s\n")
        .formatted(max, running, waiting, value);
  }

  @Test
  void theNewestLoraSeriesDecidesEvenIfItIsEmpty() {
    assertThat(
            Facts.of(
                    vllm,
                    lora("4", "a", "", "1.76e+09")
                        + lora("4", "a, b ,", "c", "1.77e+09")
                        + lora("4", "", "", "1.765e+09"))
                .adapters)
        .containsExactly(new LoraAdapters(Set.of("a", "b"), Set.of("c"), 4));
    assertThat(Facts.of(vllm, lora("2", "a", "", "1") + lora("2", "", "", "2")).adapters)
        .containsExactly(new LoraAdapters(Set.of(), Set.of(), 2));
  }

  @Test
  void adaptersAreToldOnlyWhenTheyChange() {
    assertThat(Facts.of(vllm, lora("4", "a,b", "c", "1")).adapters).hasSize(1);
    assertThat(Facts.of(vllm, lora("4", "a,b", "c", "2")).adapters).isEmpty();
    assertThat(Facts.of(vllm, lora("4", "b, a", "c", "3")).adapters).isEmpty();
    assertThat(Facts.of(vllm, lora("4", "a,bc", "", "4")).adapters).hasSize(1);
    assertThat(Facts.of(vllm, lora("5", "a,bc", "", "5")).adapters).hasSize(1);
  }

  @Test
  void adapterNamesMayHoldEscapes() {
    assertThat(Facts.of(vllm, lora("1", "a\\\"b\\\\", "é\\nx", "1")).adapters)
        .containsExactly(new LoraAdapters(Set.of("a\"b\\"), Set.of("é\nx"), 1));
  }

  @Test
  void anUnusableNewestSeriesBringsNoOlderOneBack() {
    assertThat(Facts.of(vllm, lora("4", "a", "", "1") + lora("None", "", "", "2")).adapters)
        .isEmpty();
    assertThat(vllm.discarded()).isEqualTo(1);
    assertThat(Facts.of(vllm, lora("4", "a", "", "1") + lora("4", "b", "", "NaN")).adapters)
        .containsExactly(new LoraAdapters(Set.of("a"), Set.of(), 4));
  }

  @Test
  void aLostLoraFamilyClearsTheAdaptersAfterAGrace() {
    long grace = Extraction.LORA_GRACE_NANOS;
    assertThat(Facts.of(vllm, lora("4", "a", "", "1"), 1000).adapters).hasSize(1);
    assertThat(Facts.of(vllm, "vllm:num_requests_waiting 1\n", 999 + grace).adapters).isEmpty();
    assertThat(Facts.of(vllm, "vllm:num_requests_waiting 1\n", 1000 + grace).adapters)
        .hasSize(1)
        .containsOnlyNulls();
    assertThat(Facts.of(vllm, "vllm:num_requests_waiting 1\n", 1001 + grace).adapters).isEmpty();
    assertThat(Facts.of(vllm, lora("4", "a", "", "1"), 1002 + grace).adapters).hasSize(1);
  }
}

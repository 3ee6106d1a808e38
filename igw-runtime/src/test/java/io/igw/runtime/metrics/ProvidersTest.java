package io.igw.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.Signal;
import io.igw.spi.PluginProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvidersTest {
  private static final CoreMetricsExtractorProvider EXTRACTORS = new CoreMetricsExtractorProvider();
  private static final MetricsSourceProvider SOURCES = new MetricsSourceProvider();

  private static Endpoint endpoint(String host, Map<String, String> labels) {
    return Endpoint.of(new EndpointId("default", "a"), host, 8000, labels, 0, 1);
  }

  private static Map<String, Object> engine(Object... pairs) {
    Map<String, Object> map = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private static Created extractor(List<Map<String, Object>> engines) {
    return Created.of(EXTRACTORS, Map.of("engineConfigs", engines));
  }

  @Test
  void bothTypesAreFoundByServiceLoader() {
    List<String> types = new ArrayList<>();
    ServiceLoader.load(PluginProvider.class).forEach(provider -> types.add(provider.type()));
    assertThat(types).contains("metrics-data-source", "core-metrics-extractor");
  }

  @Test
  void withoutParametersEverythingHasItsDefault() {
    Created source = Created.of(SOURCES, null);
    assertThat(source.problems()).isEmpty();
    MetricsSource made = (MetricsSource) source.plugin();
    assertThat(made.interval()).isEqualTo(Duration.ZERO);
    assertThat(made.tls()).isNull();
    assertThat(request(made, "::1"))
        .startsWith("GET /metrics HTTP/1.1\r\nhost: [::1]:8000\r\n")
        .endsWith("\r\n\r\n");
    Created extractor = Created.of(EXTRACTORS, null);
    assertThat(extractor.problems()).isEmpty();
    assertThat(((CoreMetricsExtractor) extractor.plugin()).engineNames())
        .containsExactly("sglang", "triton", "triton-tensorrt-llm", "trtllm-serve", "vllm");
  }

  private static String request(MetricsSource source, String host) {
    return new String(source.request(endpoint(host, Map.of())), StandardCharsets.ISO_8859_1);
  }

  @Test
  void aSourceTakesItsParameters() {
    Created created =
        Created.of(
            SOURCES,
            Map.of(
                "scheme",
                "http",
                "path",
                "/prometheus/metrics",
                "port",
                9100,
                "interval",
                "1s",
                "insecureSkipVerify",
                false));
    assertThat(created.problems()).isEmpty();
    MetricsSource source = (MetricsSource) created.plugin();
    assertThat(source.interval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(request(source, "10.0.0.1"))
        .startsWith("GET /prometheus/metrics HTTP/1.1\r\nhost: 10.0.0.1:9100\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scheme | ftp | unsupported scheme: ftp",
        "path | metrics | an absolute path of visible ASCII characters",
        "path | /a b | an absolute path of visible ASCII characters",
        "port | 70000 | 1..65535",
        "port | 0 | 1..65535",
        "interval | soon | a duration such as 200ms",
        "interval | -1s | a duration such as 200ms",
        "clientCertPath | /x | clientCertPath and clientKeyPath together",
        "clientKeyPath | /x | clientCertPath and clientKeyPath together",
        "pathh | /x | path",
      })
  void aSourceRejectsWhatItCannotUse(String key, String value, String expected) {
    Object typed = key.equals("port") ? Integer.valueOf(value) : value;
    assertThat(Created.of(SOURCES, Map.of(key, typed)).problems())
        .singleElement()
        .asString()
        .contains(expected);
  }

  @Test
  void aSourceRejectsFilesThatHoldNoCertificate(@TempDir Path folder) throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.pem"), "no certificate");
    String missing = folder.resolve("missing.pem").toString();
    for (String path : List.of(broken.toString(), missing)) {
      assertThat(
              Created.of(
                      SOURCES,
                      Map.of("scheme", "https", "insecureSkipVerify", false, "caCertPath", path))
                  .problems())
          .singleElement()
          .asString()
          .startsWith("caCertPath: " + path + " (expected: a readable file of certificates in PEM");
      assertThat(
              Created.of(
                      SOURCES,
                      Map.of("scheme", "https", "clientCertPath", path, "clientKeyPath", path))
                  .problems())
          .singleElement()
          .asString()
          .contains("PKCS #8");
    }
  }

  @Test
  void theEngineLabelChoosesTheEngine() {
    CoreMetricsExtractor extractor = (CoreMetricsExtractor) Created.of(EXTRACTORS, null).plugin();
    String standard = "llm-d.ai/engine-type";
    String legacy = "inference.networking.k8s.io/engine-type";
    assertThat(extractor.engine(Map.of()).name()).isEqualTo("vllm");
    assertThat(extractor.engine(Map.of(standard, "sglang")).name()).isEqualTo("sglang");
    assertThat(extractor.engine(Map.of(legacy, "triton")).name()).isEqualTo("triton");
    assertThat(extractor.engine(Map.of(standard, "sglang", legacy, "triton")).name())
        .isEqualTo("sglang");
    assertThat(extractor.engine(Map.of(standard, "other")).name()).isEqualTo("vllm");
    CoreMetricsExtractor own =
        (CoreMetricsExtractor)
            Created.of(EXTRACTORS, Map.of("engineLabelKey", "e", "defaultEngine", "triton"))
                .plugin();
    assertThat(own.engine(Map.of("e", "sglang")).name()).isEqualTo("sglang");
    assertThat(own.engine(Map.of(legacy, "sglang")).name()).isEqualTo("triton");
  }

  @Test
  void sleepingEnginesMayStayCandidates() {
    String page = "vllm:engine_sleep_state{sleep_state=\"awake\"} 0\n";
    for (boolean exclude : new boolean[] {true, false}) {
      CoreMetricsExtractor extractor =
          (CoreMetricsExtractor)
              Created.of(EXTRACTORS, Map.of("excludeSleeping", exclude)).plugin();
      Facts facts = Facts.of(extractor.newExtraction(Map.of()), page);
      assertThat(facts.numbers.containsKey(Signal.ENGINE_AWAKE.name())).isEqualTo(exclude);
    }
  }

  @Test
  void aConfiguredEngineReplacesTheBuiltInOneEntirely() {
    Created created =
        extractor(
            List.of(
                engine("name", "vllm", "queuedRequestsSpec", "my_queue{kind=\"all\"}"),
                engine(
                    "name",
                    "mine",
                    "kvUsageSpec",
                    "usage",
                    "cacheInfoSpec",
                    "info",
                    "cacheBlockSizeLabelName",
                    "bs",
                    "cacheNumBlocksLabelName",
                    "nb",
                    "customMetrics",
                    List.of(Map.of("attributeKey", "heat", "metricSpec", "temperature")))));
    assertThat(created.problems()).isEmpty();
    CoreMetricsExtractor extractor = (CoreMetricsExtractor) created.plugin();
    Facts vllm =
        Facts.of(
            extractor.newExtraction(Map.of()),
            "my_queue{kind=\"all\"} 7\nvllm:num_requests_waiting 1\nvllm:num_requests_running 1\n");
    assertThat(vllm.numbers).containsOnly(Map.entry("WaitingQueueSize", 7.0));
    Facts mine =
        Facts.of(
            extractor.newExtraction(Map.of(CoreMetricsExtractor.ENGINE_LABEL, "mine")),
            "usage 0.5\ninfo{bs=\"32\",nb=\"9\",block_size=\"1\"} 1\ntemperature 41.5\n");
    assertThat(mine.numbers)
        .containsOnly(
            Map.entry("KVCacheUsagePercent", 0.5),
            Map.entry("CacheBlockSize", 32.0),
            Map.entry("CacheNumBlocks", 9.0),
            Map.entry("heat", 41.5));
    Signal heat = created.schema().signal("heat");
    assertThat(heat.index()).isLessThan(created.schema().signalCount());
    assertThat(mine.get(heat)).isEqualTo(41.5);
  }

  @Test
  void anExtractorRejectsWhatItCannotUse() {
    assertThat(Created.of(EXTRACTORS, Map.of("defaultEngine", "x")).problems())
        .singleElement()
        .asString()
        .contains("defaultEngine \"x\" not found in engineConfigs", "vllm, sglang");
    assertProblem("engineConfigs[0].name", "not empty", List.of(engine("queuedRequestsSpec", "a")));
    assertProblem("engineConfigs[0].name", "reserved", List.of(engine("name", "default")));
    assertProblem(
        "engineConfigs[1].name", "unique", List.of(engine("name", "a"), engine("name", "a")));
    assertProblem(
        "engineConfigs[0].kvUsageSpec",
        "not a valid metric specification: \"a{\"",
        List.of(engine("name", "a", "kvUsageSpec", "a{")));
    assertProblem(
        "engineConfigs[0].loraSpec",
        "invalid label pair \"x\"",
        List.of(engine("name", "a", "loraSpec", "a{x}")));
    assertProblem(
        "engineConfigs[0].kvUsage", "kvUsageSpec", List.of(engine("name", "a", "kvUsage", "b")));
    assertCustom("attributeKey cannot be empty", List.of(Map.of("metricSpec", "a")));
    assertCustom("\"k\" spec cannot be empty", List.of(Map.of("attributeKey", "k")));
    Map<String, String> good = Map.of("attributeKey", "k", "metricSpec", "a");
    assertCustom("not a valid", List.of(good, Map.of("attributeKey", "l", "metricSpec", "1")));
    assertCustom("\"k\" is duplicated", List.of(good, good));
  }

  /** The last of the custom metrics is the wrong one. */
  private static void assertCustom(String expected, List<Map<String, String>> metrics) {
    assertProblem(
        "engineConfigs[0].customMetrics[" + (metrics.size() - 1) + "].",
        expected,
        List.of(engine("name", "a", "customMetrics", metrics)));
  }

  private static void assertProblem(
      String path, String expected, List<Map<String, Object>> engines) {
    assertThat(extractor(engines).problems())
        .singleElement()
        .asString()
        .startsWith(path)
        .contains(expected);
  }
}

package io.igw.extproc.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.igw.api.Endpoint;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Rejection.Reason;
import io.igw.api.Signal;
import io.igw.api.Usage;
import io.igw.extproc.testing.SteadyLoad;
import io.igw.runtime.PickerMetrics.RequestLabels;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Families and labels of observability-metrics.md, as a scraper sees them. */
class PrometheusMetricsTest {
  private static final String FULL =
      "{fairness_id=\"tenant\",model_name=\"m\",priority=\"1\",target_model_name=\"t\"}";

  private static final Exposition.LiveLoad LOAD = new SteadyLoad(3, 2, 100, 4096, 7, List.of());

  private final PrometheusMetrics metrics = new PrometheusMetrics(true);
  private EndpointSnapshot pool = EndpointSnapshot.builder().endpoints(2).build();
  private long now;

  private String scrape(boolean deprecated) throws Exception {
    Exposition exposition =
        new Exposition(
            metrics, deprecated, "pool", TimeUnit.SECONDS.toNanos(2), () -> pool, LOAD, () -> now);
    return scrape(exposition);
  }

  static String scrape(Exposition exposition) throws Exception {
    try (MetricsServer server =
        MetricsServer.start(InetAddress.getLoopbackAddress(), 0, exposition, null)) {
      URI uri = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void onlyThePageIsServed() throws Exception {
    Exposition exposition = new Exposition(metrics, true, "pool", 1, () -> pool, LOAD, () -> now);
    try (MetricsServer server =
        MetricsServer.start(InetAddress.getLoopbackAddress(), 0, exposition, null)) {
      for (String path : List.of("/", "/debug/plugins/state")) {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        HttpResponse<String> answer =
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(path.equals("/") ? 200 : 404);
        assertThat(answer.body()).contains("/metrics");
      }
    }
  }

  private void oneRequest() {
    RequestLabels labels = metrics.labels("m", "t", "tenant", 1);
    metrics.requestStarted(labels, 1_000, 2_000_000);
    metrics.firstToken(labels, true, 100_000_000);
    metrics.interToken(labels, 20_000_000);
    metrics.responseCompleted(
        labels, true, 1_100_000_000L, 100_000_000L, 2_000, new Usage(100, 40, 11));
    metrics.requestFailed(labels, "ModelServerError");
    metrics.limited("streams");
  }

  @Test
  void rewritesAreCountedByRuleAndModels() throws Exception {
    metrics.resourcesLoaded(Set.of("chat"), 2);
    metrics.modelRewritten("split", "chat", "chat-v1");
    metrics.modelRewritten("split", "chat", "chat-v2");
    metrics.modelRewritten("split", "chat", "chat-v2");
    metrics.modelRewritten("rest", null, "base");
    metrics.resourcesRefused();
    String labels =
        "{model_name=\"chat\",model_rewrite_name=\"split\",target_model=\"chat-v2\"} 2.0";
    assertThat(scrape(true))
        .contains(
            "llm_d_epp_model_rewrite_decisions_total" + labels,
            "inference_extension_model_rewrite_decisions_total" + labels,
            "{model_name=\"\",model_rewrite_name=\"rest\",target_model=\"base\"} 1.0",
            "igw_resource_warnings 2.0",
            "igw_resource_reload_failures_total 1.0");
    assertThat(scrape(false)).doesNotContain("inference_extension_model_rewrite");
  }

  @Test
  void endpointsThatCannotBeUsedAreCounted() throws Exception {
    metrics.endpointRestarted();
    metrics.unknownEngine();
    metrics.unknownEngine();
    metrics.endpointsRefused();
    assertThat(scrape(false))
        .contains(
            "igw_endpoint_restarts_total 1.0",
            "igw_unknown_engines_total 2.0",
            "igw_endpoints_reload_failures_total 1.0");
  }

  /** Clients choose names without end; those of rewrites keep theirs all the same. */
  @Test
  void modelsOfRewritesKeepTheirNames() throws Exception {
    for (int i = 0; i < 1_100; i++) {
      metrics.modelRewritten("rest", "client-" + i, "base");
    }
    metrics.resourcesLoaded(Set.of("late"), 0);
    metrics.modelRewritten("split", "late", "late");
    metrics.modelRewritten("split", "stranger", "late");
    assertThat(scrape(false))
        .contains("{model_name=\"late\",model_rewrite_name=\"split\",target_model=\"late\"} 1.0")
        .contains("{model_name=\"other\",model_rewrite_name=\"split\",target_model=\"late\"} 1.0")
        .doesNotContain("\"stranger\"", "\"client-1050\"");
  }

  @Test
  void gatewaysThatDoOtherThanExpectedAreCounted() throws Exception {
    metrics.observed();
    metrics.unexpectedMode(BodySendMode.STREAMED);
    metrics.servedElsewhere(1);
    metrics.servedElsewhere(0);
    metrics.servedElsewhere(1);
    assertThat(scrape(false))
        .contains("igw_streams_observed_total 1.0")
        .contains("igw_stream_unexpected_modes_total{mode=\"STREAMED\"} 1.0")
        .contains("igw_served_elsewhere_total{fallback=\"1\"} 2.0")
        .contains("igw_served_elsewhere_total{fallback=\"unlisted\"} 1.0");
  }

  @Test
  void responsesWhoseBodyWasNotSeenHaveALatencyAndNoSize() throws Exception {
    RequestLabels labels = metrics.labels("m", "t", "tenant", 1);
    metrics.requestStarted(labels, 1_000, 2_000_000);
    metrics.responseCompleted(labels, true, 1_100_000_000L, 0, -1, Usage.UNKNOWN);
    assertThat(scrape(false))
        .contains("llm_d_epp_request_duration_seconds_count" + FULL + " 1")
        .doesNotContain("llm_d_epp_response_size_bytes_count")
        .doesNotContain("llm_d_epp_request_output_tokens_count");
  }

  @Test
  void oneRequestShowsInEveryFamily() throws Exception {
    oneRequest();
    String page = scrape(true);
    assertThat(page.lines())
        .contains(
            "llm_d_epp_request_total" + FULL + " 1.0",
            "llm_d_epp_request_running" + FULL + " 1.0",
            "llm_d_epp_request_duration_seconds_count" + FULL + " 1",
            "llm_d_epp_request_size_bytes_sum" + FULL + " 1000.0",
            "llm_d_epp_response_size_bytes_sum" + FULL + " 2000.0",
            "llm_d_epp_request_input_tokens_sum" + FULL + " 100.0",
            "llm_d_epp_request_cached_tokens_sum" + FULL + " 40.0",
            "llm_d_epp_request_output_tokens_sum" + FULL + " 11.0",
            "llm_d_epp_request_ntpot_seconds_sum" + FULL + " 0.1",
            "llm_d_epp_request_streaming_tpot_seconds_sum" + FULL + " 0.1",
            "llm_d_epp_request_streaming_itl_seconds_sum" + FULL + " 0.02",
            "llm_d_epp_request_error_total{error_code=\"ModelServerError\",fairness_id=\"tenant\","
                + "model_name=\"m\",priority=\"1\",target_model_name=\"t\"} 1.0",
            "llm_d_epp_request_processing_duration_seconds_count 1",
            "inference_objective_request_total{model_name=\"m\",priority=\"1\","
                + "target_model_name=\"t\"} 1.0",
            "inference_objective_running_requests{model_name=\"m\"} 1.0",
            "inference_objective_request_sizes_sum{model_name=\"m\",target_model_name=\"t\"}"
                + " 1000.0",
            "inference_objective_normalized_time_per_output_token_seconds_sum"
                + "{model_name=\"m\",target_model_name=\"t\"} 0.1",
            "igw_open_leases 3.0",
            "igw_held_body_bytes 4096.0",
            "igw_waiting_bodies 7.0",
            "igw_limits_reached_total{limit=\"streams\"} 1.0",
            "igw_in_flight_requests 4.0",
            "igw_in_flight_tokens 200.0");
    assertThat(page).containsPattern("igw_direct_memory_bytes [0-9.E]+");
    assertThat(page)
        .contains("llm_d_epp_request_ttft_seconds_count{fairness_id=\"tenant\",model_name=\"m\",")
        .contains("response_size_bytes_bucket" + FULL.replace("}", ",le=\"32778.0\"}") + " 1");
    metrics.requestEnded(metrics.labels("m", "t", "tenant", 1));
    assertThat(scrape(true)).contains("llm_d_epp_request_running" + FULL + " 0.0");
  }

  @Test
  void theLoadOfEachEndpointOfThePoolShows() throws Exception {
    EndpointId id = pool.endpoint(1).id();
    String labels =
        "{endpoint_name=\"%s\",namespace=\"%s\",producer_name=\"inflight-load-producer\"}"
            .formatted(id.name(), id.namespace());
    assertThat(scrape(false).lines())
        .contains(
            "llm_d_epp_inflight_requests" + labels + " 2.0",
            "llm_d_epp_inflight_tokens" + labels + " 100.0")
        .filteredOn(line -> line.startsWith("llm_d_epp_inflight_requests{"))
        .hasSize(2);
    pool = EndpointSnapshot.builder().endpoints(1).build();
    assertThat(scrape(false)).doesNotContain("llm_d_epp_inflight_requests" + labels);
  }

  @Test
  void earlierNamesAddUpOverTheLabelsTheyLack() throws Exception {
    for (String tenant : new String[] {"a", "b", "c"}) {
      RequestLabels labels = metrics.labels("m", "t", tenant, 0);
      metrics.requestStarted(labels, 100, 1);
    }
    assertThat(scrape(true))
        .contains(
            "inference_objective_request_sizes_count{model_name=\"m\",target_model_name=\"t\"} 3");
  }

  @Test
  void earlierNamesCanBeSwitchedOff() throws Exception {
    oneRequest();
    assertThat(scrape(false))
        .contains("llm_d_epp_request_total")
        .doesNotContain("inference_objective_")
        .doesNotContain("inference_pool_")
        .doesNotContain("inference_extension_")
        .doesNotContain("llm_d_inference_scheduler_");
  }

  @Test
  void usageThatWasNotToldIsNotObserved() throws Exception {
    RequestLabels labels = metrics.labels("m", "t", "tenant", 1);
    metrics.requestStarted(labels, 10, 1);
    metrics.responseCompleted(labels, false, 0, 0, 5, Usage.UNKNOWN);
    assertThat(scrape(false))
        .doesNotContain("input_tokens_count")
        .doesNotContain("cached_tokens_count")
        .doesNotContain("ntpot_seconds_count")
        .doesNotContain("request_duration_seconds_count");
  }

  @Test
  void aMillionRandomIdsLeaveABoundedPage() throws Exception {
    for (int i = 0; i < 1_000_000; i++) {
      RequestLabels labels = metrics.labels("model-" + i, "target-" + i, "tenant-" + i, i % 3);
      metrics.requestStarted(labels, 1, 1);
      metrics.requestEnded(labels);
    }
    assertThat(metrics.series).hasSizeLessThanOrEqualTo(4_003);
    assertThat(metrics.series.keySet().stream().map(k -> k.model()).distinct())
        .hasSizeLessThanOrEqualTo(1_001);
    assertThat(metrics.series.keySet().stream().map(k -> k.fairnessId()).distinct())
        .hasSizeLessThanOrEqualTo(1_001);
    assertThat(scrape(false)).contains("fairness_id=\"other\"");
  }

  @Test
  void schedulingAttemptsNameEndpointsAndForgetThemLater() throws Exception {
    InferenceRequest request = InferenceRequest.builder().model("m").prompt("x").build();
    Endpoint endpoint = pool.endpoint(0);
    metrics.scheduled(request, endpoint, null, 50_000);
    metrics.scheduled(request, null, Reason.NO_ENDPOINTS, 50_000);
    String success =
        "llm_d_epp_scheduler_attempts_total{endpoint_name=\"pod-00000\",namespace=\"default\","
            + "port=\"8000\",status=\"success\",target_model_name=\"m\"} 1.0";
    Exposition exposition = new Exposition(metrics, true, "pool", 1, () -> pool, LOAD, () -> now);
    assertThat(scrape(exposition))
        .contains(success)
        .contains(
            "llm_d_epp_scheduler_attempts_total{endpoint_name=\"\",namespace=\"\",port=\"\","
                + "status=\"failure\",target_model_name=\"m\"} 1.0")
        .contains("inference_extension_scheduler_attempts_total{namespace=\"default\",pod_name=")
        .contains("llm_d_epp_scheduler_e2e_duration_seconds_count 2");
    pool = EndpointSnapshot.builder().build();
    assertThat(scrape(exposition)).contains(success);
    now += TimeUnit.MINUTES.toNanos(6);
    assertThat(scrape(exposition)).doesNotContain("pod-00000").contains("status=\"failure\"");
  }

  @Test
  void poolGaugesCoverFreshEndpointsAndKeepTheirLastValue() throws Exception {
    pool =
        EndpointSnapshot.builder()
            .endpoints(3)
            .value(Signal.WAITING_REQUESTS, 0, 2)
            .value(Signal.WAITING_REQUESTS, 1, 5)
            .value(Signal.WAITING_REQUESTS, 2, 90, -TimeUnit.SECONDS.toNanos(10))
            .value(Signal.KV_CACHE_USAGE, 0, 0.5)
            .build();
    Exposition exposition =
        new Exposition(metrics, true, "pool", 2_000_000_000L, () -> pool, LOAD, () -> now);
    assertThat(scrape(exposition))
        .contains("llm_d_epp_average_queue_size{name=\"pool\"} 3.5")
        .contains("llm_d_epp_std_dev_queue_size{name=\"pool\"} 2.12")
        .contains("inference_pool_average_queue_size{name=\"pool\"} 3.5")
        .contains("llm_d_epp_average_kv_cache_utilization{name=\"pool\"} 0.5")
        .contains("llm_d_epp_ready_endpoints{name=\"pool\"} 2.0")
        .contains(
            "llm_d_epp_per_endpoint_queue_size{model_server_endpoint=\"pod-00002\",name=\"pool\"}"
                + " 90.0");
    now += TimeUnit.SECONDS.toNanos(3);
    assertThat(scrape(exposition))
        .contains("llm_d_epp_average_queue_size{name=\"pool\"} 3.5")
        .contains("llm_d_epp_ready_endpoints{name=\"pool\"} 0.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llm_d_epp_datalayer_poll_errors_total{source_type=\"metrics-data-source\"} 1.0",
        "llm_d_epp_datalayer_extract_errors_total{extractor_type=\"core-metrics-extractor\","
            + "source_type=\"metrics-data-source\"} 1.0",
        "igw_plugin_faults_total{fault=\"threw\",plugin_name=\"mine\"} 1.0",
        "igw_leases_expired_total 1.0",
        "igw_stream_messages_ignored_total 1.0",
        "llm_d_epp_extproc_streams_inflight 1.0",
        "llm_d_epp_extproc_streams_total{code=\"OK\"} 1.0",
        "llm_d_epp_extproc_stream_duration_seconds_count 1",
        "llm_d_epp_info{build_ref=",
        "inference_extension_info{build_ref="
      })
  void faultsAndStreamsAreCounted(String line) throws Exception {
    metrics.pollFailed("metrics-data-source");
    metrics.extractFailed("metrics-data-source", "core-metrics-extractor");
    metrics.pluginFault("mine", "threw");
    metrics.leaseExpired(pool.endpoint(0));
    metrics.ignoredAfterEnd();
    metrics.opened();
    metrics.opened();
    metrics.closed("OK", 5_000_000);
    assertThat(scrape(true)).contains(line);
  }

  @Test
  void recordingARequestAllocatesOneKey() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 20_000; i++) {
      oneRequest();
    }
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    int requests = 10_000;
    for (int i = 0; i < requests; i++) {
      RequestLabels labels = metrics.labels("m", "t", "tenant", 1);
      metrics.requestStarted(labels, 1_000, 2_000_000);
      metrics.firstToken(labels, true, 100_000_000);
      metrics.responseCompleted(labels, true, 1_100_000_000L, 100_000_000L, 2_000, Usage.UNKNOWN);
      metrics.requestEnded(labels);
    }
    long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertThat(bytes / requests).isLessThanOrEqualTo(64);
  }
}

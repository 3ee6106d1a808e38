package io.igw.extproc.metrics;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.scheduler.PluginMeters;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Shows the picker's metrics to a scraper.
 *
 * <p><b>Threading.</b> Reads one at a time.
 */
public final class Exposition implements MultiCollector {
  /** What the picker has under way. Any thread. */
  public interface LiveLoad {
    /** Leases that have not ended. */
    int openLeases();

    /** Requests reserved on an endpoint. */
    double requests(Endpoint endpoint);

    /** Tokens reserved on an endpoint. */
    double tokens(Endpoint endpoint);

    /** Bytes of request bodies that are held or about to come. */
    long heldBodyBytes();

    /** Streams whose bodies wait for room. */
    int waitingBodies();

    /** What plugins measure. */
    default List<PluginMeters.Family> pluginMeters() {
      return List.of();
    }
  }

  /** The reference counts in this plugin; here the pool does. */
  private static final String IN_FLIGHT_PRODUCER = "inflight-load-producer";

  private final PrometheusMetrics metrics;
  private final boolean deprecated;
  private final PoolFamilies poolFamilies;
  private final Supplier<EndpointSnapshot> pool;
  private final LiveLoad load;
  private final LongSupplier nanoClock;

  /**
   * An exposition.
   *
   * @param metrics what was recorded
   * @param deprecated whether the names of earlier releases are shown too
   * @param poolName label of the pool families
   * @param stalenessNanos age from which an endpoint's numbers do not count
   * @param pool the newest snapshot
   * @param load leases and reservations now
   * @param nanoClock the pool's clock
   */
  public Exposition(
      PrometheusMetrics metrics,
      boolean deprecated,
      String poolName,
      long stalenessNanos,
      Supplier<EndpointSnapshot> pool,
      LiveLoad load,
      LongSupplier nanoClock) {
    this.metrics = metrics;
    this.deprecated = deprecated;
    this.poolFamilies = new PoolFamilies(poolName, stalenessNanos);
    this.pool = pool;
    this.load = load;
    this.nanoClock = nanoClock;
  }

  @Override
  public synchronized MetricSnapshots collect() {
    List<MetricSnapshot> out = new ArrayList<>();
    EndpointSnapshot snapshot = pool.get();
    long now = nanoClock.getAsLong();
    new RequestFamilies(out, metrics.series.values(), deprecated).write();
    single(
        out,
        "llm_d_epp_request_processing_duration_seconds",
        "Time from a request's first byte to its decision or refusal.",
        Bounds.REQUEST_PROCESSING_SECONDS,
        metrics.processing);
    poolFamilies.write(out, snapshot, now, deprecated);
    metrics.attempts.forget(snapshot, now);
    scheduling(out);
    metrics.resources.write(out, deprecated);
    own(out);
    if (metrics.streams != null) {
      metrics.streams.write(out);
    }
    PluginFamilies.write(out, load.pluginMeters(), deprecated);
    return new MetricSnapshots(out);
  }

  private void scheduling(List<MetricSnapshot> out) {
    String help = "Duration of a scheduling cycle in seconds.";
    single(
        out,
        "llm_d_epp_scheduler_e2e_duration_seconds",
        help,
        Bounds.SHORT_SECONDS,
        metrics.scheduling);
    String tried = "[ALPHA] Scheduling attempts by outcome and endpoint.";
    out.add(metrics.attempts.family("llm_d_epp_scheduler_attempts", tried, "endpoint_name"));
    out.add(
        Counts.family(
            "llm_d_epp_datalayer_poll_errors",
            "Polls of data sources that failed.",
            metrics.pollErrors,
            source -> Labels.of("source_type", source)));
    out.add(
        Counts.family(
            "llm_d_epp_datalayer_extract_errors",
            "Payloads that an extractor could not read.",
            metrics.extractErrors,
            e -> Labels.of("source_type", e.source(), "extractor_type", e.extractor())));
    out.add(info("llm_d_epp"));
    if (!deprecated) {
      return;
    }
    single(
        out,
        "inference_extension_scheduler_e2e_duration_seconds",
        "Deprecated, use llm_d_epp_scheduler_e2e_duration_seconds.",
        Bounds.SHORT_SECONDS,
        metrics.scheduling);
    out.add(
        metrics.attempts.family(
            "inference_extension_scheduler_attempts",
            "[ALPHA] Deprecated, use llm_d_epp_scheduler_attempts_total.",
            "pod_name"));
    out.add(
        Counts.family(
            "llm_d_inference_scheduler_datalayer_poll_errors",
            "Deprecated, use llm_d_epp_datalayer_poll_errors_total.",
            metrics.pollErrors,
            source -> Labels.of("source_type", source)));
    out.add(
        Counts.family(
            "llm_d_inference_scheduler_datalayer_extract_errors",
            "Deprecated, use llm_d_epp_datalayer_extract_errors_total.",
            metrics.extractErrors,
            e -> Labels.of("source_type", e.source(), "extractor_type", e.extractor())));
    out.add(info("inference_extension"));
  }

  private void own(List<MetricSnapshot> out) {
    EndpointSnapshot snapshot = pool.get();
    double requests =
        perEndpoint(
            out, "llm_d_epp_inflight_requests", "Requests reserved.", snapshot, load::requests);
    double tokens =
        perEndpoint(out, "llm_d_epp_inflight_tokens", "Tokens reserved.", snapshot, load::tokens);
    gauge(out, "igw_open_leases", "Decisions whose request has not ended.", load.openLeases());
    gauge(out, "igw_in_flight_requests", "Requests reserved on the endpoints.", requests);
    gauge(out, "igw_in_flight_tokens", "Tokens reserved on the endpoints.", tokens);
    gauge(
        out,
        "igw_direct_memory_bytes",
        "Memory beside the heap that the transports hold.",
        DirectMemory.bytes());
    gauge(
        out,
        "igw_held_body_bytes",
        "Bytes of request bodies that are held or about to come.",
        load.heldBodyBytes());
    gauge(out, "igw_waiting_bodies", "Streams whose bodies wait for room.", load.waitingBodies());
    out.add(
        Counts.family(
            "igw_limits_reached",
            "Requests that were refused or had to wait because of a limit.",
            metrics.limitsReached,
            limit -> Labels.of("limit", limit)));
    out.add(Counts.single("igw_leases_expired", "Leases ended by time.", metrics.leasesExpired));
    out.add(
        Counts.single(
            "igw_endpoint_restarts",
            "Servers whose counters went back: they were restarted.",
            metrics.endpointRestarts));
    out.add(
        Counts.single(
            "igw_unknown_engines",
            "Endpoints whose label names an engine that is not known.",
            metrics.unknownEngines));
    out.add(
        Counts.single(
            "igw_endpoints_reload_failures",
            "Changes of the endpoints that could not be used.",
            metrics.endpointsRefused));
    out.add(
        Counts.single(
            "igw_stream_messages_ignored",
            "Messages after the end of their direction.",
            metrics.ignoredMessages));
    out.add(
        Counts.single(
            "igw_streams_observed",
            "Streams in observability mode, which get no answers.",
            metrics.observedStreams));
    out.add(
        Counts.family(
            "igw_stream_unexpected_modes",
            "Streams with a body mode that the gateway profile does not expect.",
            metrics.unexpectedModes,
            mode -> Labels.of("mode", mode)));
    out.add(
        Counts.family(
            "igw_served_elsewhere",
            "Responses from another endpoint than the first of the pick.",
            metrics.servedElsewhere,
            place -> Labels.of("fallback", place)));
    out.add(Counts.single("igw_stream_faults", "Faults in streams.", metrics.streamFaults));
    out.add(
        Counts.family(
            "igw_plugin_faults",
            "Broken contracts of plugins.",
            metrics.pluginFaults,
            f -> Labels.of("plugin_name", f.plugin(), "fault", f.fault())));
  }

  /** A gauge of each endpoint of the pool; returns their sum. */
  private static double perEndpoint(
      List<MetricSnapshot> out,
      String name,
      String help,
      EndpointSnapshot snapshot,
      ToDoubleFunction<Endpoint> value) {
    GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help("[ALPHA] " + help);
    double sum = 0;
    for (int i = 0; i < snapshot.size(); i++) {
      Endpoint endpoint = snapshot.endpoint(i);
      Labels labels =
          Labels.of(
              "endpoint_name",
              endpoint.id().name(),
              "namespace",
              endpoint.id().namespace(),
              "producer_name",
              IN_FLIGHT_PRODUCER);
      double own = value.applyAsDouble(endpoint);
      sum += own;
      family.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(own).build());
    }
    out.add(family.build());
    return sum;
  }

  private static void gauge(List<MetricSnapshot> out, String name, String help, double value) {
    out.add(
        GaugeSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
            .build());
  }

  private static InfoSnapshot info(String name) {
    String version = Exposition.class.getPackage().getImplementationVersion();
    return InfoSnapshot.builder()
        .name(name)
        .help("[ALPHA] Build of the picker.")
        .dataPoint(
            InfoDataPointSnapshot.builder()
                .labels(Labels.of("commit", "", "build_ref", version == null ? "unknown" : version))
                .build())
        .build();
  }

  private static void single(
      List<MetricSnapshot> out, String name, String help, double[] bounds, Buckets buckets) {
    Buckets.Total total = new Buckets.Total(bounds);
    total.add(buckets);
    out.add(
        HistogramSnapshot.builder()
            .name(name)
            .help("[ALPHA] " + help)
            .dataPoint(total.point(Labels.EMPTY))
            .build());
  }
}

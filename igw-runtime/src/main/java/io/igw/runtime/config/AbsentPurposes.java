package io.igw.runtime.config;

import java.util.Map;
import java.util.stream.Collectors;

/** What the types of the reference are for that no artifact of this build has. */
final class AbsentPurposes {
  /** Type, and one line. */
  private static final String TABLE =
      """
      always-disagg-multimodal-decider encodes apart whatever has images, audio or video
      always-disagg-pd-decider prefills every prompt apart
      dcgm-data-source scrapes the GPU exporter of an endpoint's node
      dcgm-extractor reads the utilization of an endpoint's GPUs from the exporter's page
      disagg-headers-handler names the servers of prefill and encode in request headers
      disagg-profile-handler picks servers for encode, prefill and decode, as its deciders say
      edf-ordering-policy serves the request first whose time in the queue ends first
      endpoint-notification-source tells plugins of endpoints that come and go
      fcfs-ordering-policy serves requests of a flow in the order in which they came
      global-strict-fairness-policy serves the best request of a band, whatever its flow
      k8s-notification-source tells plugins of changed Kubernetes objects of one kind
      models-data-extractor reads which models and adapters an endpoint lists
      models-data-source polls the list of models of every endpoint
      multicluster-file-discovery reads the pickers of other clusters from a file
      multicluster-metrics-data-source scrapes the pickers of other clusters
      multicluster-metrics-extractor reads mean queue and KV-cache use of other clusters
      pd-profile-handler picks one server for decode, and one for prefill where it pays
      precise-prefix-cache-producer follows the KV-cache events of the engines, block by block
      precise-prefix-cache-scorer scores endpoints by the blocks that their engines say they hold
      predicted-latency-producer predicts TTFT and TPOT of each endpoint from what it has seen
      predicted-latency-scorer prefers endpoints that are predicted to meet the objectives
      prefill-header-handler names the server of prefill in a request header
      prefix-based-pd-decider prefills apart what has enough tokens that no cache holds
      priority-holdback-policy keeps a share of the pool free for requests of higher priority
      priority-then-time-eviction-order-policy evicts the lowest priority first, then the youngest
      program-aware-fairness serves the program first that has had least or has waited longest
      round-robin-fairness-policy serves the flows of a band in turn
      sheddable-eviction-filter allows the eviction of requests of negative priority
      slo-deadline-ordering-policy serves the request first whose TTFT objective ends first
      soft-reflective-ceiling-policy lets lower bands through now and then as the pool fills
      static-usage-limit-policy lets every band use the same share of the pool
      topology-extractor reads host, rack, zone and region of an endpoint from its labels
      """;

  private static final Map<String, String> PURPOSES =
      TABLE
          .lines()
          .map(line -> line.split(" ", 2))
          .collect(Collectors.toUnmodifiableMap(line -> line[0], line -> line[1]));

  private AbsentPurposes() {}

  /** One line; empty for a type that a build may have. */
  static String of(String type) {
    return PURPOSES.getOrDefault(type, "");
  }
}

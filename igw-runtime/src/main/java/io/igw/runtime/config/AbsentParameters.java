package io.igw.runtime.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Parameters that the reference documents for types that this build has not. */
public final class AbsentParameters {
  /**
   * One of them.
   *
   * @param name with the objects that it is in
   * @param kind type of its value
   * @param initial value without it; {@code none} where there is none
   * @param range what else is asked of it; may be empty
   */
  public record Documented(String name, String kind, String initial, String range) {}

  /** A type and, below it, name, kind, default and what is expected. */
  private static final String TABLE =
      """
      dcgm-data-source
        scheme text http 'http' or 'https'
        path text /metrics
        port integer 9400 1 to 65535
        insecureSkipVerify boolean true
        useNodeAddress boolean false
        interval duration none
      disagg-profile-handler
        stageOrder text decode-first 'decode-first' or 'prefill-first'
        profiles.decode text decode
        profiles.prefill text prefill
        profiles.encode text encode
        deciders.prefill text none a plugin's name
        deciders.encode text none a plugin's name
      k8s-notification-source
        group text none
        version text none required
        kind text none required
      models-data-source
        scheme text http 'http' or 'https'
        path text /v1/models
        insecureSkipVerify boolean true
        caCertPath text none
        clientCertPath text none
        clientKeyPath text none
        interval duration none
      multicluster-metrics-extractor
        kvCacheUtilizationMetric text llm_d_epp_average_kv_cache_utilization
        queueSizeMetric text llm_d_epp_average_queue_size
      precise-prefix-cache-producer
        tokenProcessorConfig.blockSizeTokens integer 16 at least 1
        tokenProcessorConfig.hashSeed text none
        tokenProcessorConfig.hashAlgorithm text cbor-fnv 'cbor-fnv' or 'xxh64'
        indexerConfig.kvBlockIndexConfig.inMemoryConfig.size integer 100000000
        indexerConfig.kvBlockIndexConfig.inMemoryConfig.podCacheSize integer 10
        indexerConfig.kvBlockIndexConfig.costAwareMemoryConfig.size text 2GiB
        indexerConfig.kvBlockIndexConfig.redisConfig.address text redis://127.0.0.1:6379
        indexerConfig.kvBlockIndexConfig.enableMetrics boolean false
        indexerConfig.kvBlockIndexConfig.metricsLoggingInterval integer 0 nanoseconds
        indexerConfig.kvCacheBackendConfigs[].name text none
        indexerConfig.kvCacheBackendConfigs[].weight number 1
        kvEventsConfig.zmqEndpoint text none
        kvEventsConfig.topicFilter text kv@
        kvEventsConfig.concurrency integer 4
        kvEventsConfig.engineType text vllm 'vllm' or 'sglang'
        kvEventsConfig.discoverPods boolean true
        kvEventsConfig.podDiscoveryConfig.socketPort integer 5557
        kvEventsConfig.podDiscoveryConfig.replaySocketPort integer 0 0 is off
        speculativeIndexing boolean false
        speculativeTTL duration 2s
      predicted-latency-producer
        sloBufferFactor number 1 > 0
        contextTTL integer 300000000000 nanoseconds
        streamingMode boolean false
        endpointRoleLabel text none
        predictInProduce boolean true
        prefixMatchInfoProducerName text none
        inFlightLoadProducerName text none
        encoderCacheMatchInfoProducerName text none
        useEncoderCacheFeatures boolean false
      prefix-based-pd-decider
        nonCachedTokens integer 0 at least 0
        promptTokens integer 0 at least 0
      priority-holdback-policy
        minCeiling number none 0 to below 1
        maxCeiling number 1 above minCeiling, at most 1
        shape text linear 'linear'
        domain text rank 'rank' or 'value'
      program-aware-fairness
        strategy text las 'las'
        lasWeightService number 0.8 at least 0
        lasWeightHeadWait number 0.2 at least 0
        lasHalfLifeSeconds number 60 at least 0; 0 is no decay
        evictionTtlSeconds integer 3600 at least 0; 0 is never
        evictionSweepSeconds integer 300 > 0
      static-usage-limit-policy
        threshold number 1
      """;

  private static final Map<String, List<Documented>> BY_TYPE = parse();

  private AbsentParameters() {}

  private static Map<String, List<Documented>> parse() {
    Map<String, List<Documented>> byType = new TreeMap<>();
    List<Documented> current = new ArrayList<>();
    for (String line : TABLE.lines().toList()) {
      if (line.startsWith(" ")) {
        String[] c = line.trim().split(" ", 4);
        current.add(new Documented(c[0], c[1], c[2], c.length > 3 ? c[3] : ""));
      } else {
        current = new ArrayList<>();
        byType.put(line, current);
      }
    }
    return byType;
  }

  /** Those of a type; empty if it has none, or none are known. */
  public static List<Documented> of(String type) {
    return List.copyOf(BY_TYPE.getOrDefault(type, List.of()));
  }

  /** Every type that parameters are known of. */
  static List<String> types() {
    return List.copyOf(BY_TYPE.keySet());
  }
}

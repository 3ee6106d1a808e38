package io.igw.runtime.config;

import io.igw.scheduler.NearestName;
import io.igw.scheduler.PluginCatalog;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every plugin type of the reference, whether or not this build has it: what the error about a
 * missing type says comes from here.
 */
public final class KnownTypes {
  /** What a type is for. */
  public enum Kind {
    FILTER,
    SCORER,
    PICKER,
    HANDLER,
    DECIDER,
    PRODUCER,
    ADMITTER,
    SCREENER,
    REQUEST,
    RESPONSE,
    PARSER,
    SOURCE,
    EXTRACTOR,
    DISCOVERY,
    DETECTOR,
    FAIRNESS,
    ORDERING,
    LIMIT,
    EVICTION
  }

  /**
   * A type of the reference.
   *
   * @param type as configuration names it
   * @param kind what it is for
   * @param stability {@code alpha} or {@code beta}, {@code deprecated} where the reference is about
   *     to drop it
   * @param hint what to use in its place, or which artifact has it; empty if there is nothing to
   *     say
   */
  public record KnownType(String type, Kind kind, String stability, String hint) {
    /** What it does, in a line; empty if it stands in an artifact of its own, which says it. */
    public String purpose() {
      return AbsentPurposes.of(type);
    }
  }

  /** Type, kind, stability, hint. */
  private static final String TABLE =
      """
      active-request-scorer                    SCORER    beta
      agent-identity                           REQUEST   alpha
      always-disagg-multimodal-decider         DECIDER   beta
      always-disagg-pd-decider                 DECIDER   beta
      anthropic-parser                         PARSER    beta
      approx-prefix-cache-producer             PRODUCER  beta   artifact io.igw:igw-plugins-prefix
      burst-prefix-cache-producer              PRODUCER  alpha  artifact io.igw:igw-plugins-prefix
      by-label                                 FILTER    deprecated use label-selector-filter
      by-label-selector                        FILTER    deprecated use label-selector-filter
      concurrency-detector                     DETECTOR  beta
      context-length-aware                     SCORER    beta
      core-metrics-extractor                   EXTRACTOR beta
      data-parallel-profile-handler            HANDLER   deprecated use one endpoint per port
      dcgm-data-source                         SOURCE    alpha
      dcgm-extractor                           EXTRACTOR alpha
      decode-filter                            FILTER    beta
      destination-endpoint-served-verifier     RESPONSE  beta
      disagg-headers-handler                   HANDLER   deprecated use disagg-profile-handler
      disagg-profile-handler                   HANDLER   beta
      disaggregatedset-rollout-screener        SCREENER  alpha
      edf-ordering-policy                      ORDERING  beta
      encode-filter                            FILTER    beta
      endpoint-attribute-filter                FILTER    alpha
      endpoint-attribute-scorer                SCORER    alpha
      endpoint-notification-source             SOURCE    beta
      fcfs-ordering-policy                     ORDERING  beta
      file-discovery                           DISCOVERY beta
      global-strict-fairness-policy            FAIRNESS  beta
      header-based-testing-filter              FILTER    beta
      header-label-affinity-scorer             SCORER    alpha
      header-profile-handler                   HANDLER   alpha
      inflight-load-producer                   PRODUCER  beta
      k8s-notification-source                  SOURCE    beta
      kv-cache-utilization-scorer              SCORER    beta
      label-selector-filter                    FILTER    beta
      latency-scorer                           SCORER    beta
      latency-slo-admitter                     ADMITTER  beta
      load-aware-scorer                        SCORER    beta
      lora-affinity-scorer                     SCORER    beta   artifact io.igw:igw-plugins-lora
      max-score-picker                         PICKER    beta
      metrics-data-source                      SOURCE    beta
      mm-embeddings-cache-producer             PRODUCER  beta   artifact io.igw:igw-plugins-prefix
      mm-embeddings-cache-scorer               SCORER    beta
      models-data-extractor                    EXTRACTOR beta
      models-data-source                       SOURCE    beta
      multicluster-approx-prefix-cache-producer PRODUCER alpha  artifact io.igw:igw-plugins-prefix
      multicluster-file-discovery              DISCOVERY alpha  use file-discovery
      multicluster-kv-cache-utilization-scorer SCORER    alpha
      multicluster-metrics-data-source         SOURCE    alpha
      multicluster-metrics-extractor           EXTRACTOR alpha
      multicluster-prefix-cache-scorer         SCORER    alpha  artifact io.igw:igw-plugins-prefix
      multicluster-queue-scorer                SCORER    alpha
      multicluster-session-affinity-filter     FILTER    alpha
      no-hit-lru-scorer                        SCORER    beta
      openai-parser                            PARSER    beta
      p2p-source-producer                      PRODUCER  alpha  artifact io.igw:igw-plugins-prefix
      passthrough-parser                       PARSER    beta
      pd-profile-handler                       HANDLER   deprecated use disagg-profile-handler
      precise-prefix-cache-producer            PRODUCER  beta   use approx-prefix-cache-producer
      precise-prefix-cache-scorer              SCORER    deprecated use prefix-cache-scorer
      predicted-latency-producer               PRODUCER  beta
      predicted-latency-scorer                 SCORER    deprecated use latency-scorer
      prefill-filter                           FILTER    beta
      prefill-header-handler                   HANDLER   deprecated use disagg-profile-handler
      prefix-based-pd-decider                  DECIDER   beta
      prefix-cache-affinity-filter             FILTER    beta
      prefix-cache-scorer                      SCORER    beta   artifact io.igw:igw-plugins-prefix
      priority-holdback-policy                 LIMIT     alpha
      priority-then-time-eviction-order-policy EVICTION  alpha
      probabilistic-admitter                   ADMITTER  beta
      program-aware-fairness                   FAIRNESS  beta
      queue-scorer                             SCORER    beta
      random-picker                            PICKER    beta
      request-attribute-reporter               RESPONSE  beta   artifact io.igw:igw-plugins-cel
      round-robin-fairness-policy              FAIRNESS  beta
      running-requests-size-scorer             SCORER    beta
      session-affinity-filter                  FILTER    alpha
      session-affinity-scorer                  SCORER    alpha
      session-id-producer                      PRODUCER  beta
      sglanghttp-parser                        PARSER    beta
      sheddable-eviction-filter                EVICTION  alpha
      single-profile-handler                   HANDLER   beta
      slo-deadline-ordering-policy             ORDERING  beta
      slo-headroom-tier-filter                 FILTER    beta
      soft-reflective-ceiling-policy           LIMIT     alpha
      static-usage-limit-policy                LIMIT     beta
      token-load-scorer                        SCORER    beta
      token-producer                           PRODUCER  beta
      tokenizer                                PRODUCER  deprecated use token-producer
      topology-affinity-filter                 FILTER    alpha
      topology-affinity-scorer                 SCORER    alpha
      topology-extractor                       EXTRACTOR alpha
      utilization-detector                     DETECTOR  beta
      utilization-filter                       FILTER    alpha
      vertexai-parser                          PARSER    beta
      vllmgrpc-parser                          PARSER    beta
      vllmhttp-parser                          PARSER    beta
      weighted-random-picker                   PICKER    beta
      """;

  private static final Map<String, KnownType> TYPES = parse();

  private KnownTypes() {}

  private static Map<String, KnownType> parse() {
    Map<String, KnownType> types = new LinkedHashMap<>();
    TABLE
        .lines()
        .map(line -> line.trim().split("\\s+", 4))
        .forEach(c ->
            types.put(
                c[0], new KnownType(c[0], Kind.valueOf(c[1]), c[2], c.length > 3 ? c[3] : "")));
    return types;
  }

  /** All, sorted by type. */
  public static Map<String, KnownType> all() {
    return java.util.Collections.unmodifiableMap(TYPES);
  }

  /** A type of the reference, null if it is none. */
  public static @Nullable KnownType find(String type) {
    return TYPES.get(type);
  }

  /** Why a type that the catalogue lacks cannot be used. */
  public static String missing(String type, PluginCatalog catalog) {
    String claimed = "plugin type '" + type + "' is claimed ";
    for (String problem : catalog.problems()) {
      if (problem.startsWith(claimed)) {
        return problem;
      }
    }
    KnownType known = TYPES.get(type);
    if (known == null) {
      TreeSet<String> names = new TreeSet<>(TYPES.keySet());
      names.addAll(catalog.providers().keySet());
      return "plugin type '"
          + type
          + "' is not registered"
          + NearestName.hint(type, names)
          + " (expected: a type of this build, or of a plugin jar on the class path)";
    }
    if (known.hint().startsWith("artifact ")) {
      return "plugin type '" + type + "' is not on the class path (expected: " + known.hint() + ")";
    }
    return "plugin type '"
        + type
        + "' is known but not in this build ("
        + known.stability()
        + replacement(known, catalog)
        + ")";
  }

  private static String replacement(KnownType known, PluginCatalog catalog) {
    if (known.hint().isEmpty()) {
      return "";
    }
    // A replacement that is a type helps only if this build has it.
    String named = known.hint().replaceFirst("^use ", "");
    boolean absent = TYPES.containsKey(named) && catalog.provider(named) == null;
    return absent ? "" : String.format(Locale.ROOT, "; %s", known.hint());
  }
}

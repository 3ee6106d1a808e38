package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Error texts and warnings of configurations (config.md 5 and 10). */
class ConfigurationTest {
  private static final String PREFIX = "test.yaml:";

  /** Lines of a document are separated by a bar. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          plugins: [{name: a}] ~ 3:11: plugins[0]: plugin 'a' is missing a type
          plugins: [{type: queue-scorer}, {type: queue-scorer}] ~ 3:33: plugins[1]: duplicate plugin name 'queue-scorer'
          plugins: [{type: queue-scoer}] ~ 3:18: plugins[0].type: plugin type 'queue-scoer' is not registered (did you mean 'queue-scorer'?) (expected: a type of this build, or of a plugin jar on the class path)
          plugins: [{type: precise-prefix-cache-producer}] ~ 3:18: plugins[0].type: plugin type 'precise-prefix-cache-producer' is known but not in this build (beta; use approx-prefix-cache-producer)
          plugins: [{type: pd-profile-handler}] ~ 3:18: plugins[0].type: plugin type 'pd-profile-handler' is known but not in this build (deprecated)
          plugins: [{type: random-picker, parameters: {maxNumOfEndpoints: x}}] ~ 3:65: plugins[0].parameters.maxNumOfEndpoints: plugin 'random-picker' (type: random-picker): 'x' (expected: a whole number)
          plugins: [{type: random-picker, parameters: {maxNumOfEndpoint: 1}}] ~ 3:64: plugins[0].parameters.maxNumOfEndpoint: plugin 'random-picker' (type: random-picker): 1 (expected: one of maxNumOfEndpoints (did you mean 'maxNumOfEndpoints'?))
          plugins: [{type: queue-scorer, weight: 2}] ~ 3:40: plugins[0].weight: unknown field (expected: one of name, type, parameters)
          plugin: [{type: queue-scorer}] ~ 3:9: plugin: unknown field (expected: one of apiVersion, kind, featureGates, plugins, schedulingProfiles, dataLayer, flowControl, saturationDetector, requestHandler, parser) (did you mean 'plugins'?)
          plugins: queue-scorer ~ 3:10: plugins: 'queue-scorer' (expected: a list)
          plugins: [queue-scorer] ~ 3:11: plugins[0]: 'queue-scorer' (expected: an object)
          plugins: [{type: 5}] ~ 3:18: plugins[0].type: 5 (expected: a text)
          plugins: []|plugins: [] ~ 4:1: plugins: duplicate field (expected: once)
          schedulingProfiles: [{plugins: []}] ~ 3:22: schedulingProfiles[0]: schedulingProfiles[0] is missing a name
          schedulingProfiles: [{name: a, plugins: [{weight: 1}]}] ~ 3:42: schedulingProfiles[0].plugins[0]: schedulingProfiles[0].plugins[0] is missing a 'pluginRef'
          schedulingProfiles: [{name: a, plugins: [{pluginRef: x}]}] ~ 3:54: schedulingProfiles[0].plugins[0].pluginRef: schedulingProfiles[a] references undefined plugin 'x'
          plugins: [{type: queue-scorer}]|schedulingProfiles: [{name: a, plugins: [{pluginRef: queue-scorer, weight: heavy}]}] ~ 4:76: schedulingProfiles[0].plugins[0].weight: 'heavy' (expected: a finite number)
          plugins: [{type: queue-scorer}]|schedulingProfiles: [{name: a, plugins: [{pluginRef: queue-scorer, weight: .nan}]}] ~ 4:76: schedulingProfiles[0].plugins[0].weight: .nan (expected: a finite number)
          plugins: [{type: queue-scorer}]|schedulingProfiles: [{name: a, plugins: [{pluginRef: queue-scorer}, {pluginRef: queue-scorer}]}] ~ 4:81: schedulingProfiles[0].plugins[1].pluginRef: plugin 'queue-scorer' is named twice in profile 'a' (expected: once)
          plugins: [{type: random-picker}, {type: max-score-picker}] ~ 3:34: plugins[1]: a second picker and no schedulingProfiles (expected: a profile that names one of [random-picker, max-score-picker])
          plugins: [{type: random-picker}, {type: max-score-picker}]|schedulingProfiles: [{name: a, plugins: [{pluginRef: random-picker}, {pluginRef: max-score-picker}]}] ~ 4:82: schedulingProfiles[0].plugins[1].pluginRef: failed to add plugin 'max-score-picker' to profile 'a': failed to set 'max-score-picker' as picker, already have a registered picker plugin 'random-picker'
          schedulingProfiles: [{name: a}, {name: b}] ~ 3:33: schedulingProfiles[1]: no profile handler configured
          plugins: [{type: single-profile-handler}]|schedulingProfiles: [{name: a}, {name: b}] ~ 3:11: plugins[0]: SingleProfileHandler cannot support multiple scheduling profiles
          plugins: [{type: data-parallel-profile-handler}]|schedulingProfiles: [{name: a}, {name: b}] ~ 3:11: plugins[0]: 'data-parallel-profile-handler' has 2 profiles (expected: exactly one)
          plugins: [{type: single-profile-handler}, {name: two, type: single-profile-handler}] ~ 3:43: plugins[1]: multiple profile handlers found ('single-profile-handler', 'two'); only one is allowed
          featureGates: [flowControl] ~ 3:16: featureGates[0]: feature gate 'flowControl': true (expected: false; flow control is not in this build)
          featureGates: [flowControl=maybe] ~ 3:16: featureGates[0]: maybe is not a valid value for the feature gate flowControl (expected: true or false)
          featureGates: [flowcontrol] ~ 3:16: featureGates[0]: feature gate 'flowcontrol' is unknown or unregistered (did you mean 'flowControl'?)
          featureGates: [7] ~ 3:16: featureGates[0]: 7 (expected: a text)
          dataLayer: {sources: [{pluginRef: x}], injectDefaults: false} ~ 3:35: dataLayer.sources[0].pluginRef: the plugin x is not registered
          plugins: [{type: queue-scorer}]|dataLayer: {sources: [{pluginRef: queue-scorer, extractors: [{pluginRef: queue-scorer}]}], injectDefaults: false} ~ 4:35: dataLayer.sources[0].pluginRef: the plugin queue-scorer is not a DataSource (expected: type metrics-data-source)|test.yaml:4:74: dataLayer.sources[0].extractors[0].pluginRef: the plugin queue-scorer is not an EndpointExtractor (expected: type core-metrics-extractor)
          dataLayer: {sources: [{pluginRef: metrics-data-source, extractors: [{}]}]}|plugins: [{type: metrics-data-source}] ~ 3:69: dataLayer.sources[0].extractors[0]: dataLayer.sources[0].extractors[0] is missing a 'pluginRef'
          dataLayer: {discovery: {pluginRef: files}} ~ 3:36: dataLayer.discovery.pluginRef: discovery: no plugin found with name "files"
          plugins: [{type: queue-scorer}]|dataLayer: {discovery: {pluginRef: queue-scorer}} ~ 4:36: dataLayer.discovery.pluginRef: discovery: plugin "queue-scorer" does not implement EndpointDiscovery
          dataLayer: {crossReplicaSyncerPluginRef: s} ~ 3:42: dataLayer.crossReplicaSyncerPluginRef: replicas do not share state in this build (expected: absent)
          dataLayer: {crossReplicaSyncInterval: soon} ~ 3:39: dataLayer.crossReplicaSyncInterval: 'soon' (expected: a duration such as 200ms or 1m30s, not negative)
          dataLayer: {injectDefaults: "yes"} ~ 3:29: dataLayer.injectDefaults: 'yes' (expected: true or false)
          requestHandler: {parsers: [{pluginRef: x}]} ~ 3:40: requestHandler.parsers[0].pluginRef: parser references undefined plugin 'x'
          plugins: [{type: queue-scorer}]|requestHandler: {parsers: [{pluginRef: queue-scorer}]} ~ 4:40: requestHandler.parsers[0].pluginRef: the plugin "queue-scorer" is not a parser plugin
          flowControl: {saturationDetector: {}} ~ 3:35: flowControl.saturationDetector: saturation detector plugin reference is empty
          flowControl: {saturationDetector: {pluginRef: d}} ~ 3:47: flowControl.saturationDetector.pluginRef: saturation detector references undefined plugin 'd'
          plugins: [{type: queue-scorer}]|flowControl: {saturationDetector: {pluginRef: queue-scorer}} ~ 4:47: flowControl.saturationDetector.pluginRef: plugin 'queue-scorer' is not a SaturationDetector
          flowControl: {maxBytes: -1} ~ 3:25: flowControl.maxBytes: global MaxBytes must be non-negative, got -1
          flowControl: {defaultNegativePriorityBand: {maxRequests: -5k}} ~ 3:58: flowControl.defaultNegativePriorityBand.maxRequests: default negative priority band MaxRequests must be non-negative, got -5000
          flowControl: {priorityBands: [{priority: 5, maxRequests: -2}]} ~ 3:58: flowControl.priorityBands[0].maxRequests: priority band 5 MaxRequests must be non-negative, got -2
          flowControl: {priorityBands: [{priority: 5}, {priority: 5}]} ~ 3:57: flowControl.priorityBands[1].priority: duplicate priority level 5
          flowControl: {maxBytes: much} ~ 3:25: flowControl.maxBytes: 'much' (expected: a quantity such as 5k or 1Gi)
          flowControl: {defaultRequestTTL: -1s} ~ 3:34: flowControl.defaultRequestTTL: '-1s' (expected: a duration such as 200ms or 1m30s, not negative)
          saturationDetector: {queueDepthThreshold: 3, pluginRef: u} ~ 3:21: saturationDetector: both a pluginRef and thresholds (expected: thresholds as parameters of plugin 'u')
          plugins: [{type: utilization-detector}]|saturationDetector: {queueDepthThreshold: 3} ~ 4:21: saturationDetector: thresholds beside plugin 'utilization-detector' (expected: as parameters of that plugin)
          plugins: [{type: approx-prefix-cache-producer}, {type: prefix-cache-scorer, parameters: {lruCapacityPerServer: 9}}] ~ 3:89: plugins[1].parameters: [lruCapacityPerServer] (expected: as parameters of plugin 'approx-prefix-cache-producer')
          plugins: [{type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: mine}}] ~ 3:11: plugins[0]: no default producer found for missing data key PrefixCacheMatchInfo.matchedBlocks, PrefixCacheMatchInfo.totalBlocks, PrefixCacheMatchInfo.blockSizeTokens/mine, consumed by prefix-cache-scorer (no plugin has the name 'mine')
          plugins: [{type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}] ~ 3:11: plugins[0]: no default producer found for missing data key PrefixCacheMatchInfo.matchedBlocks, PrefixCacheMatchInfo.totalBlocks, PrefixCacheMatchInfo.blockSizeTokens/precise-prefix-cache-producer, consumed by prefix-cache-scorer (precise-prefix-cache-producer is known but not in this build)
          plugins: [{type: file-discovery}] ~ 3:11: plugins[0].parameters.path: plugin 'file-discovery' (type: file-discovery): missing (expected: a path; file-discovery: 'path' parameter is required)
          plugins: [{type: !!binary aGk=}] ~ 3:18: plugins[0].type: tag tag:yaml.org,2002:binary (expected: no tag)
          """)
  void error(String yaml, String expected) {
    assertThat(errors(yaml)).containsExactly((PREFIX + expected).split("\\|"));
  }

  private static List<String> errors(String yaml) {
    ConfigurationException refused =
        catchThrowableOfType(
            ConfigurationException.class, () -> Gateway.runtime(yaml.split("\\|")).build().close());
    assertThat(refused).as("refused").isNotNull();
    return refused.problems().stream().map(Object::toString).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          kind: EndpointPickerConfig ~ apiVersion: missing (expected: llm-d.ai/v1alpha1)
          {apiVersion: v2, kind: EndpointPickerConfig} ~ t:1:14: apiVersion: 'v2' (expected: llm-d.ai/v1alpha1, or inference.networking.x-k8s.io/v1alpha1)
          apiVersion: llm-d.ai/v1alpha1 ~ kind: missing (expected: EndpointPickerConfig)
          {apiVersion: llm-d.ai/v1alpha1, kind: Pod} ~ t:1:39: kind: 'Pod' (expected: EndpointPickerConfig)
          '' ~ t: empty (expected: an object)
          'hello' ~ t:1:1: 'hello' (expected: an object)
          '- a' ~ t:1:1: a list (expected: an object)
          'a: *b' ~ t:1:4: a: *b (expected: an anchor that stands above)
          'a: [1' ~ t:1:6: not YAML or JSON: while parsing a flow sequence, expected ',' or ']', but got <stream end>
          '{"a": 1}|---|{}' ~ t:3:1: a second document (expected: one)
          '? [a]|: b' ~ t:1:3: a key that is no text (expected: text)
          """)
  void unreadable(String text, String expected) {
    ConfigurationException refused =
        catchThrowableOfType(
            ConfigurationException.class,
            () -> PickerRuntime.builder().yaml(text.replace('|', '\n'), "t").build());
    assertThat(refused.problems().get(0).toString()).endsWith(expected);
  }

  @Test
  void depthSizeAndAliasesAreBounded() {
    assertThat(unreadable("[".repeat(100_000))).contains("nested too deeply");
    assertThat(unreadable("a:" + " ".repeat(1 << 20))).contains("expected: at most 1048576");
    StringBuilder bomb = new StringBuilder("a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n");
    for (int i = 1; i < 12; i++) {
      String alias = "*a" + (i - 1);
      bomb.append("a").append(i).append(": &a").append(i).append(" [");
      bomb.append(String.join(", ", java.util.Collections.nCopies(10, alias))).append("]\n");
    }
    assertThat(unreadable(bomb.toString())).contains("too large (expected: at most 200000 values)");
  }

  private static String unreadable(String text) {
    return catchThrowableOfType(
            ConfigurationException.class, () -> PickerRuntime.builder().yaml(text, "t").build())
        .getMessage();
  }

  @Test
  void everyErrorIsToldAtOnceInDocumentOrder() {
    assertThat(
            errors(
                "featureGates: [nope]|plugins:|- {type: queue-scorer, naem: q}|- {type: x}|"
                    + "schedulingProfiles:|- name: a|  plugins: [{pluginRef: y}]"))
        .hasSize(4)
        .isSortedAccordingTo(
            java.util.Comparator.comparingInt(s -> Integer.parseInt(s.split(":")[1])));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
              featureGates: [dataLayer] ~ 3:16: featureGates[0]: feature gate 'dataLayer' is gone: the data layer is always on
              plugins: [{type: tokenizer}] ~ 3:18: plugins[0].type: plugin type 'tokenizer' is deprecated (expected: use token-producer)
              featureGates: [prepareDataPlugins=true] ~ 3:16: featureGates[0]: feature gate 'prepareDataPlugins' is gone: data producers are always on
              parser: {pluginRef: openai-parser} ~ 3:9: parser: deprecated: write it as requestHandler.parsers
              parser: {pluginRef: openai-parser}|requestHandler: {parsers: [{pluginRef: passthrough-parser}]} ~ 3:9: parser: deprecated and ignored: requestHandler.parsers is set
              saturationDetector: {pluginRef: utilization-detector} ~ 3:21: saturationDetector: deprecated: write it as flowControl.saturationDetector
              flowControl: {maxRequests: 5} ~ 3:14: flowControl: flow control is off (featureGates: flowControl): only saturationDetector is used
              plugins: [{type: max-score-picker}]|schedulingProfiles: [{name: a, plugins: [{pluginRef: max-score-picker, weight: 2}]}] ~ 4:54: schedulingProfiles[0].plugins[0].pluginRef: 'max-score-picker' is no scorer: its weight is ignored
              plugins: [{type: openai-parser}]|schedulingProfiles: [{name: a, plugins: [{pluginRef: openai-parser}]}] ~ 4:54: schedulingProfiles[0].plugins[0].pluginRef: 'openai-parser' is no filter, scorer or picker: it does nothing in a profile
              plugins: [{type: queue-scorer}]|schedulingProfiles: [{name: a}] ~ 3:11: plugins[0]: plugin 'queue-scorer' is used by nothing
              plugins: [{type: utilization-detector}] ~ 3:11: plugins[0]: 'utilization-detector' is a filter of the automatic default profile too; a schedulingProfiles entry without it prevents that
              plugins: [{type: inflight-load-producer}] ~ 3:11: plugins[0]: no producer for optional data key PrefixCacheMatchInfo.matchedBlocks, PrefixCacheMatchInfo.totalBlocks, PrefixCacheMatchInfo.blockSizeTokens/approx-prefix-cache-producer, consumed by inflight-load-producer: it reads as 0
              plugins: [{type: metrics-data-source}]|dataLayer: {sources: [{pluginRef: metrics-data-source}]} ~ 4:35: dataLayer.sources[0].pluginRef: source 'metrics-data-source' has no extractors: nothing is read
              plugins: [{name: a, type: openai-parser}, {name: b, type: openai-parser}]|requestHandler: {parsers: [{pluginRef: a}, {pluginRef: b}]} ~ 4:56: requestHandler.parsers[1].pluginRef: a second parser of type openai-parser is ignored
              requestHandler: {parsers: [{pluginRef: passthrough-parser}, {pluginRef: openai-parser}]} ~ 3:73: requestHandler.parsers[1].pluginRef: a parser behind one that takes every path is ignored
              dataLayer: {injectDefaults: false}|plugins: [{type: queue-scorer}] ~ 4:11: plugins[0]: 'queue-scorer' reads numbers that no data source scrapes (dataLayer.injectDefaults is false): unless the embedder reports them, all endpoints score alike
          dataLayer: {peerDiscovery: {pluginRef: x}} ~ 3:28: dataLayer.peerDiscovery: has no effect in this build
          """)
  void warning(String yaml, String expected) {
    try (PickerRuntime runtime = Gateway.runtime(yaml.split("\\|")).build()) {
      assertThat(runtime.warnings()).containsExactly(PREFIX + expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"'', decode", "'defaultProfile: c', c", "'defaultProfile: b', "})
  void aDefaultThatNoProfileHasIsToldAtLoad(String parameters, @Nullable String missing) {
    String plugins = "plugins: [{type: header-profile-handler, parameters: {" + parameters + "}}]";
    try (PickerRuntime runtime =
        Gateway.runtime(plugins, "schedulingProfiles: [{name: a}, {name: b}]")
            .allowExperimentalPlugins(true)
            .build()) {
      List<String> found =
          runtime.warnings().stream().filter(text -> text.contains("defaultProfile")).toList();
      assertThat(found)
          .isEqualTo(
              missing == null
                  ? List.of()
                  : List.of(
                      PREFIX
                          + "3:11: plugins[0]: no profile has the name of defaultProfile, '"
                          + missing
                          + "': requests without the header get 400 (expected: one of [a, b])"));
    }
  }

  @Test
  void theExampleWithEveryFieldIsRead() {
    String yaml =
        "featureGates: [\"haPopulateNonLeaderDatastore=false\", \"flowControl=false\"]|"
            + "plugins:|- {name: pick, type: weighted-random-picker, parameters:"
            + " {maxNumOfEndpoints: 2}}|- {type: queue-scorer}|- {name: prefix, type:"
            + " prefix-cache-scorer, parameters: {matchLengthWeight: 0.3,"
            + " matchLengthScaleTokens: 4096}}|- {type: single-profile-handler}|- {name:"
            + " scrape, type: metrics-data-source, parameters: {scheme: http, path:"
            + " /metrics, interval: 200ms}}|- {type: core-metrics-extractor, parameters:"
            + " {defaultEngine: vllm}}|- {name: sat, type: concurrency-detector}|- {name:"
            + " oai, type: openai-parser}|schedulingProfiles:|- name: main|  plugins:|  -"
            + " {pluginRef: queue-scorer, weight: 1.5}|  - {pluginRef: prefix, weight: 3}|"
            + "  - {pluginRef: pick}|dataLayer:|  injectDefaults: false|  sources:|  -"
            + " pluginRef: scrape|    extractors: [{pluginRef: core-metrics-extractor}]|"
            + "  crossReplicaSyncInterval: 500ms|flowControl:|  maxBytes: 2Gi|"
            + "  maxRequests: 20k|  defaultRequestTTL: 30s|  noEndpointRequestTTL: 10s|"
            + "  defaultPriorityBand: {maxRequests: 1000, fairnessPolicyRef: rr,"
            + " orderingPolicyRef: edf}|  defaultNegativePriorityBand: {maxRequests: 200}|"
            + "  priorityBands:|  - {priority: 10, maxBytes: 500M, maxRequests: 100,"
            + " fairnessPolicyRef: rr}|  usageLimitPolicyPluginRef: limit|"
            + "  saturationDetector: {pluginRef: sat}|  enableEviction: true|"
            + "requestHandler:|  parsers: [{pluginRef: oai}, {pluginRef:"
            + " passthrough-parser}]";
    try (PickerRuntime runtime = Gateway.runtime(yaml.split("\\|")).build()) {
      assertThat(runtime.effectiveConfiguration())
          .contains("saturation detector sat", "parser oai");
    }
  }

  @Test
  void oldThresholdsGoToTheDefaultDetector() {
    String yaml = "saturationDetector: {queueDepthThreshold: 0}";
    assertThat(errors(yaml))
        .containsExactly(
            "test.yaml:3:43: saturationDetector.queueDepthThreshold: plugin 'utilization-detector'"
                + " (type: utilization-detector): 0 (expected: a whole number >= 1)");
  }

  @Test
  void movedPrefixParametersReachTheProducer() {
    assertThat(
            errors(
                "plugins: [{type: prefix-cache-scorer, parameters: {lruCapacityPerServer: zero}}]"))
        .singleElement()
        .asString()
        .contains("plugin 'approx-prefix-cache-producer'", "'zero' (expected: a whole number");
  }

  @Test
  void aRenamedMetricsSourceIsNotDuplicated() {
    try (PickerRuntime runtime =
        Gateway.runtime(
                "plugins: [{name: scrape, type: metrics-data-source}, {name: read, type:"
                    + " core-metrics-extractor}]",
                "dataLayer: {sources: [{pluginRef: scrape, extractors: [{pluginRef: read}]}]}")
            .build()) {
      assertThat(runtime.effectiveConfiguration())
          .contains("source scrape [read]")
          .noneMatch(line -> line.startsWith("source metrics"))
          .noneMatch(line -> line.contains("plugin metrics-data-source"));
    }
  }

  static List<String> refusal(PickerRuntime.Builder builder) {
    ConfigurationException refused =
        catchThrowableOfType(ConfigurationException.class, () -> builder.build().close());
    return refused == null ? List.of() : refused.problems().stream().map(Object::toString).toList();
  }

  @Test
  void aFileIsNamedInItsErrors(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("none.yaml");
    assertThat(refusal(PickerRuntime.builder().configFile(missing)))
        .containsExactly(missing + ": no such file (expected: a file that can be read)");
    Path large = folder.resolve("large.yaml");
    Files.writeString(large, "#".repeat((1 << 20) + 1));
    assertThat(refusal(PickerRuntime.builder().configFile(large)))
        .containsExactly(large + ": larger than 1 MiB (expected: at most 1 MiB)");
  }

  @Test
  void twoWaysToFindEndpointsAreRefused(@TempDir Path folder) {
    assertThat(
            refusal(
                Gateway.runtime(
                        "plugins: [{name: files, type: file-discovery, parameters: {path: e}}]",
                        "dataLayer: {discovery: {pluginRef: files}}")
                    .discoveryFile(folder.resolve("endpoints.yaml"))))
        .containsExactly(
            "test.yaml:4:36: dataLayer.discovery.pluginRef: 'files' (expected: absent, since an"
                + " endpoints file is given beside the configuration)");
    assertThat(
            refusal(
                Gateway.runtime(
                        "plugins: [{name: files, type: file-discovery, parameters: {path: e}}]",
                        "dataLayer: {discovery: {pluginRef: files}}")
                    .endpoints(Gateway.endpoints(1))))
        .containsExactly(
            "test.yaml:4:36: dataLayer.discovery.pluginRef: 'files' (expected: absent, since"
                + " endpoints are given)");
  }

  @Test
  void jsonIsReadToo() {
    String json =
        "{\"apiVersion\": \"llm-d.ai/v1alpha1\", \"kind\": \"EndpointPickerConfig\","
            + " \"plugins\": [{\"type\": \"random-picker\"}]}";
    try (PickerRuntime runtime = PickerRuntime.builder().yaml(json, "t.json").build()) {
      assertThat(runtime.effectiveConfiguration()).contains("  picker random-picker");
      assertThat(Map.of("warnings", runtime.warnings())).containsEntry("warnings", List.of());
    }
  }
}

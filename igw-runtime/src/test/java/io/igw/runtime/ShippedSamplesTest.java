package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.Outcome;
import io.igw.runtime.config.ConfigReader;
import io.igw.runtime.config.KnownTypes;
import io.igw.runtime.config.PickerConfig;
import io.igw.runtime.yaml.Problems;
import io.igw.scheduler.EndpointSpec;
import io.igw.scheduler.PluginCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Configurations that projects ship: each loads, or fails with exactly what it asks for and this
 * build lacks (config.md 7).
 */
class ShippedSamplesTest {
  private static final Path FOLDER = Path.of("../../shared/data/epp-configs");
  private static final PluginCatalog CATALOG =
      PluginCatalog.load(ShippedSamplesTest.class.getClassLoader());

  /** Files whose every type this build has. */
  private static final Set<String> LOAD =
      Set.of(
          "gie-v1.1.0_chart_default-plugins.yaml",
          "gie-v1.1.0_docs_config-text-2.yaml",
          "gie-v1.5.0_chart_default-plugins-vllm-grpc.yaml",
          "gie-v1.5.0_docs_config-text-2.yaml",
          "gie-v1.5.0_docs_model-servers-1.yaml",
          "gie-v1.5.0_docs_parsers-1.yaml",
          "gie-v1.5.0_docs_troubleshooting-1.yaml",
          "gie-v1.5.0_integration_request-attribute-reporter-config.yaml",
          "llmd-v0.10_chart_default-plugins-triton.yaml",
          "llmd-v0.10_chart_default-plugins.yaml",
          "llmd-v0.10_chart_payload-agnostic.yaml",
          "llmd-v0.10_deploy_epp-estimate-prefix-cache-config.yaml",
          "llmd-v0.10_deploy_sim-epp-config.yaml",
          "llmd-v0.10_docs_agent-identity-1.yaml",
          "llmd-v0.10_docs_disaggregatedset-rollout-1.yaml",
          "llmd-v0.10_docs_parsers-1.yaml",
          "llmd-v0.10_docs_parsers-3.yaml",
          "llmd-v0.10_docs_probabilistic-admitter-1.yaml",
          "llmd-v0.10_docs_vertexai-parser-1.yaml",
          "llmd-v0.10_integration_default-config.yaml",
          "llmd-v0.10_perf_optimized-baseline.yaml",
          "llmd-v0.10_perf_random-only-default-parsers.yaml");

  /** Labelled so that every one of these configurations has somewhere to send a request. */
  private static final List<EndpointSpec> PODS =
      Stream.of("prefill", "decode")
          .map(role ->
              new EndpointSpec(
                  new EndpointId("default", role),
                  "127.0.0.1",
                  role.equals("decode") ? 1 : 2,
                  0,
                  Map.of(
                      "disaggregatedset.x-k8s.io/name", "my-set",
                      "disaggregatedset.x-k8s.io/revision", "r1",
                      "disaggregatedset.x-k8s.io/role", role)))
          .toList();

  private static final List<String> VLLM_BACK_END =
      List.of(
          "plugins[0].parameters.modelName: plugin 'token-producer' (type: token-producer): ",
          "plugins[0].parameters.vllm: plugin 'token-producer' (type: token-producer): an object ");

  /** What is wrong beside missing types. */
  private static final Map<String, List<String>> ALSO_WRONG =
      Map.of(
          "llmd-v0.10_deploy_epp-burst-prefix-cache-config.yaml", VLLM_BACK_END,
          "llmd-v0.10_deploy_epp-precise-prefix-cache-config.yaml", VLLM_BACK_END,
          "llmd-v0.10_deploy_sim-epp-kvcache-config.yaml", VLLM_BACK_END,
          "llmd-v0.10_deploy_sim-epp-tokenizer-vllm-http-config.yaml", VLLM_BACK_END,
          "llmd-v0.10_deploy_sim-program-aware-config.yaml",
              List.of("featureGates[0]: feature gate 'flowControl': true (expected: false; "),
          "llmd-v0.10_testdata_configloader-1.yaml",
              List.of("featureGates[0]: feature gate 'test-feature-gate' is unknown"));

  /** The types that this build lacks, in the order of the file. */
  private static final Map<String, List<String>> MISSING =
      Map.ofEntries(
          Map.entry(
              "gie-v1.1.0_testdata_configloader-1.yaml",
              List.of("test-one", "test-profile-handler", "test-two", "test-picker")),
          Map.entry(
              "gie-v1.5.0_chart_latency-predictor.yaml", List.of("predicted-latency-producer")),
          Map.entry("gie-v1.5.0_integration_datalayer-config.yaml", List.of("mock-metrics-source")),
          Map.entry(
              "llmd-v0.10_deploy_epp-precise-prefix-cache-config.yaml",
              List.of("endpoint-notification-source", "precise-prefix-cache-producer")),
          Map.entry(
              "llmd-v0.10_deploy_pd-topology-epp-config.yaml",
              List.of("topology-extractor", "disagg-profile-handler", "prefix-based-pd-decider")),
          Map.entry(
              "llmd-v0.10_deploy_sim-e-p-d-epp-config.yaml",
              List.of(
                  "disagg-profile-handler",
                  "always-disagg-multimodal-decider",
                  "prefix-based-pd-decider")),
          Map.entry(
              "llmd-v0.10_deploy_sim-epp-kvcache-config.yaml",
              List.of("precise-prefix-cache-producer")),
          Map.entry(
              "llmd-v0.10_deploy_sim-epp-tokenizer-vllm-http-config.yaml",
              List.of("precise-prefix-cache-producer")),
          Map.entry(
              "llmd-v0.10_deploy_sim-program-aware-config.yaml", List.of("program-aware-fairness")),
          Map.entry(
              "llmd-v0.10_docs_architecture-2.yaml", List.of("precise-prefix-cache-producer")),
          Map.entry(
              "llmd-v0.10_docs_dcgm-extractor-1.yaml",
              List.of("dcgm-data-source", "dcgm-extractor")),
          Map.entry(
              "llmd-v0.10_docs_disaggregation-2.yaml",
              List.of(
                  "always-disagg-multimodal-decider",
                  "prefix-based-pd-decider",
                  "disagg-profile-handler")),
          Map.entry(
              "llmd-v0.10_testdata_configloader-1.yaml",
              List.of(
                  "test-one",
                  "test-profile-handler",
                  "test-two",
                  "test-picker",
                  "test-source",
                  "test-extractor")));

  private static final Pattern ABSENT = Pattern.compile("plugin type '([^']+)' is ");

  @TestFactory
  Stream<DynamicTest> each() throws IOException {
    if (!Files.isDirectory(FOLDER)) {
      abort("no folder of shipped samples beside the repository: skipped");
    }
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .map(file -> dynamicTest(file.getFileName().toString(), () -> check(file)))
          .toList()
          .stream();
    }
  }

  private static void check(Path file) throws IOException {
    String name = file.getFileName().toString();
    List<String> missing = MISSING.getOrDefault(name, List.of());
    List<String> others = ALSO_WRONG.getOrDefault(name, List.of());
    PickerConfig config = ConfigReader.read(Files.readString(file), new Problems(name));
    assertThat(config).isNotNull();
    assertThat(missing.isEmpty() && others.isEmpty()).isEqualTo(LOAD.contains(name));
    List<String> absent = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    try (PickerRuntime runtime =
        PickerRuntime.builder()
            .configFile(file)
            .allowExperimentalPlugins(true)
            .endpoints(PODS)
            .build()) {
      assertThat(runtime.notReady()).isEqualTo("not started");
      runtime.start();
      Outcome outcome = request(new Gateway(runtime), config);
      assertThat(outcome).as("%s", outcome).isInstanceOf(Decision.class);
    } catch (ConfigurationException e) {
      e.problems()
          .forEach(problem -> {
            assertThat(problem.line()).isPositive();
            Matcher type = ABSENT.matcher(problem.message());
            if (type.lookingAt()) {
              assertThat(problem.path()).matches("plugins\\[\\d+]\\.type");
              absent.add(type.group(1));
            } else {
              wrong.add(problem.path() + ": " + problem.message());
            }
          });
    }
    assertThat(absent).as("types that are missing").isEqualTo(missing);
    assertThat(wrong).hasSameSizeAs(others);
    assertThat(others)
        .allSatisfy(
            start -> assertThat(wrong).anySatisfy(text -> assertThat(text).startsWith(start)));
  }

  /** A request that the configuration's parser understands; those of gRPC take nothing else. */
  private static Outcome request(Gateway gateway, PickerConfig config) {
    List<String> types = config.plugins().stream().map(PickerConfig.PluginEntry::type).toList();
    String json = "{\"model\": \"m\", \"prompt\": \"hello\"}";
    if (types.contains("vllmgrpc-parser")) {
      return gateway.post("/vllm.grpc.engine.VllmEngine/Generate", frame("\u001a\u0002hi"));
    }
    if (types.contains("vertexai-parser")) {
      String chat = "{\"messages\": [{\"content\": \"hello\"}]}";
      String body = "\u0012" + (char) chat.length() + chat;
      return gateway.post(
          "/google.cloud.aiplatform.v1.PredictionService/ChatCompletions",
          frame("\u0012" + (char) body.length() + body));
    }
    return gateway.post("/v1/completions", json);
  }

  /** The frame of a short message of ASCII characters. */
  private static String frame(String message) {
    return "\0\0\0\0" + (char) message.length() + message;
  }

  /** Types that only igw has. */
  private static final Set<String> OWN =
      Set.of("tenant-quota-admitter", "outlier-ejection", "file-session-store");

  @org.junit.jupiter.api.Test
  void everyTypeOfThisBuildIsInTheTable() {
    List<String> known = new ArrayList<>(KnownTypes.all().keySet());
    Set<String> here = new java.util.TreeSet<>(CATALOG.providers().keySet());
    assertThat(here.removeAll(OWN)).isTrue();
    assertThat(known).containsAll(here);
    assertThat(known).isSorted();
  }
}

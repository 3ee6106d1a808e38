package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.igw.runtime.config.ConfigReader;
import io.igw.runtime.config.KnownTypes;
import io.igw.runtime.config.PickerConfig;
import io.igw.runtime.yaml.Problems;
import io.igw.scheduler.PluginCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
          "gie-v1.5.0_docs_config-text-2.yaml",
          "gie-v1.5.0_docs_model-servers-1.yaml",
          "gie-v1.5.0_docs_troubleshooting-1.yaml",
          "llmd-v0.10_chart_default-plugins-triton.yaml",
          "llmd-v0.10_chart_default-plugins.yaml",
          "llmd-v0.10_deploy_sim-epp-config.yaml",
          "llmd-v0.10_integration_default-config.yaml",
          "llmd-v0.10_perf_random-only-default-parsers.yaml");

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
    List<String> expected = new ArrayList<>(ALSO_WRONG.getOrDefault(name, List.of()));
    PickerConfig config = ConfigReader.read(Files.readString(file), new Problems(name));
    assertThat(config).isNotNull();
    for (PickerConfig.PluginEntry entry : config.plugins()) {
      if (CATALOG.provider(entry.type()) == null) {
        expected.add(entry.typePlace().path() + ": plugin type '" + entry.type() + "' is ");
      }
    }
    assertThat(expected.isEmpty()).isEqualTo(LOAD.contains(name));
    List<String> found = new ArrayList<>();
    try (PickerRuntime runtime = PickerRuntime.builder().configFile(file).build()) {
      assertThat(runtime.notReady()).isEqualTo("not started");
    } catch (ConfigurationException e) {
      e.problems()
          .forEach(problem -> {
            assertThat(problem.line()).isPositive();
            found.add(problem.path() + ": " + problem.message());
          });
    }
    assertThat(found).hasSameSizeAs(expected);
    assertThat(expected)
        .allSatisfy(
            start -> assertThat(found).anySatisfy(text -> assertThat(text).startsWith(start)));
  }

  @org.junit.jupiter.api.Test
  void everyTypeOfThisBuildIsInTheTable() {
    List<String> known = new ArrayList<>(KnownTypes.all().keySet());
    assertThat(known).containsAll(CATALOG.providers().keySet());
    assertThat(known).isSorted();
  }
}

package io.igw.extproc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.runtime.PluginDescription;
import io.igw.runtime.config.KnownTypes;
import io.igw.runtime.config.KnownTypes.KnownType;
import io.igw.scheduler.PluginCatalog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code igw plugins} prints comes from the code of the types. */
class PluginPagesTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return PluginPages.run(
        List.of(args),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void everyTypeInALine() {
    assertThat(run()).isZero();
    assertThat(out().lines())
        .anyMatch(line -> line.matches("queue-scorer +beta +the fewer requests wait, the better"))
        .anyMatch(line -> line.matches("session-affinity-filter +alpha +keeps .*"))
        .anyMatch(line -> line.matches("by-label +deprecated +keeps .*"))
        .anyMatch(line -> line.matches("disagg-profile-handler +beta +picks servers for .*"))
        .noneMatch(line -> line.matches("[a-z0-9-]+ +(alpha|beta|stable|deprecated)"))
        .noneMatch(line -> line.contains("not in this build"));
    assertThat(err()).isEmpty();
  }

  @Test
  void onlyOfAbsentTypesThePurposeIsWrittenDown() {
    for (PluginDescription plugin :
        PluginDescription.all(PluginCatalog.load(getClass().getClassLoader()))) {
      KnownType known = KnownTypes.find(plugin.type());
      assertThat(known != null && !known.purpose().isEmpty())
          .as(plugin.type())
          .isNotEqualTo(plugin.present());
    }
  }

  @Test
  void everyTypeWithItsDefaults() {
    assertThat(run()).isZero();
    assertThat(out())
        .containsPattern(
            "\nload-aware-scorer .*\n    threshold=128, absentScore=mean of the others\n")
        .containsPattern("\nprecise-prefix-cache-producer .*\n    [^\n]*blockSizeTokens=16")
        .containsPattern("\nsession-id-producer .*\n    headerName=x-session-id")
        .containsPattern("\napprox-prefix-cache-producer .*\n    [^\n]* blockSizeTokens=16")
        .containsPattern("\nsingle-profile-handler .*\n[a-z]")
        .containsPattern(
            "\noutlier-ejection .*\n    baseEjectionTime=10s, consecutiveErrors=5,"
                + "\\s+maxEjectedShare=0.3\n")
        .containsPattern("\nendpoint-attribute-filter .*\n    [^\n]*attribute=none");
    assertThat(out().lines().filter(line -> line.startsWith(" ")))
        .hasSizeGreaterThan(20)
        .allMatch(line -> line.length() <= 80 || !line.contains(", "));
  }

  @Test
  void parametersOfAType() {
    assertThat(run("endpoint-attribute-filter", "token-load-scorer")).isZero();
    assertThat(out().lines())
        .anyMatch(line -> line.matches(" +attribute +text +none +the name of an attribute"))
        .anyMatch(line -> line.matches(" +onMissing +text +Pass +'Pass' or 'Fail'"))
        .anyMatch(line -> line.matches(" +fallbackOnEmpty +boolean +false"))
        .anyMatch(line -> line.matches(" +algorithm.threshold.value +number +none +a number"))
        .anyMatch(line -> line.matches(" +queueThresholdTokens +number +4194304.*"))
        .anyMatch(line -> line.matches(" +used as +filter"))
        .anyMatch(line -> line.matches(" +reads +UncachedRequestTokens of inflight-load-producer"));
  }

  @Test
  void anAbsentTypeIsSaidToBeAbsent() {
    assertThat(run("precise-prefix-cache-producer")).isZero();
    assertThat(out())
        .contains(
            "precise-prefix-cache-producer (not in this build)\n  follows the KV-cache events")
        .contains("use approx-prefix-cache-producer");
    assertThat(out().lines())
        .anyMatch(line -> line.matches(" +used as +producer"))
        .anyMatch(line -> line.matches(" +kvEventsConfig.engineType +text +vllm +'vllm' or .*"))
        .noneMatch(line -> line.contains("found in"));
  }

  @Test
  void whatMayStandInAParameterIsSaid() {
    assertThat(run("disaggregatedset-rollout-screener", "token-producer")).isZero();
    assertThat(out().lines())
        .anyMatch(line ->
            line.matches(" +revisionGating.mode +text +none +'sum', 'max-role' or 'disabled'"))
        .anyMatch(
            line -> line.matches(" +estimate.video.frames.mode +text +sampled +'sampled' or.*"));
  }

  /** What create refuses beyond the bounds of a number. */
  @Test
  void constraintsAreSaid() {
    assertThat(run("burst-prefix-cache-producer", "endpoint-attribute-filter")).isZero();
    assertThat(out().lines())
        .anyMatch(line -> line.matches(" +maxPerReplica +integer +-1 +-1 or at least 1"))
        .anyMatch(line -> line.matches(" +maxBatchSize +integer +1000 +-1 or 1 to 536870911"))
        .anyMatch(line ->
            line.matches(" +maxPrefixTokensToMatch +integer +0 +0 or at least blockSizeTokens"))
        .anyMatch(line -> line.matches(" +producer +text +core-metrics-extractor +a plugin's.*"));
  }

  @Test
  void badArgumentsAreNamed(@TempDir Path folder) {
    assertThat(run("quue-scorer")).isEqualTo(2);
    assertThat(err()).contains("no plugin type 'quue-scorer'").contains("queue-scorer");
    assertThat(run("--plugins-dir", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(err()).contains("expected: a folder with plugin jars");
    assertThat(run("--all")).isEqualTo(2);
    assertThat(run("--plugins-dir=" + folder)).isZero();
    assertThat(err()).contains("no jar in it");
    assertThat(run("--help")).isZero();
  }
}

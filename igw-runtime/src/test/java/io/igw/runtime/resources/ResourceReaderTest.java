package io.igw.runtime.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.runtime.ConfigurationException.Problem;
import io.igw.runtime.yaml.Problems;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two kinds of objects, read strictly (kubernetes.md 4 and 5). */
class ResourceReaderTest {
  private final Problems problems = new Problems("r.yaml");

  private Resources read(PoolScope scope, String text) {
    ResourceCollector into = new ResourceCollector(scope, Map.of("fixed", 9));
    ResourceReader.read(text, problems, into);
    return into.resources();
  }

  private Resources read(String text) {
    return read(PoolScope.ALL, text);
  }

  private static String objective(String group, String name, String spec) {
    return "---\napiVersion: "
        + group
        + "/v1alpha2\nkind: InferenceObjective\nmetadata: {name: "
        + name
        + "}\nspec: {poolRef: {name: pool}"
        + spec
        + "}\n";
  }

  private static String rewrite(String rules) {
    return "apiVersion: llm-d.ai/v1alpha2\nkind: InferenceModelRewrite\n"
        + "metadata: {name: w}\nspec:\n  poolRef: {name: pool}\n  rules: "
        + rules
        + "\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"inference.networking.x-k8s.io", "llm-d.ai"})
  void objectivesOfBothGroups(String group) {
    String text =
        objective(group, "high", ", priority: 2")
            + objective(group, "batch", ", priority: -1")
            + objective(group, "plain", "")
            + "---\n# nothing here\n";
    assertThat(read(text).priorities())
        .isEqualTo(Map.of("high", 2, "batch", -1, "plain", 0, "fixed", 9));
    assertThat(problems.errors()).isEmpty();
    assertThat(problems.warnings()).isEmpty();
  }

  @Test
  void whatKubernetesPrints() {
    String text =
        """
        apiVersion: v1
        kind: List
        metadata: {resourceVersion: ""}
        items:
        - apiVersion: inference.networking.x-k8s.io/v1alpha2
          kind: InferenceObjective
          metadata:
            name: chat
            namespace: ns
            creationTimestamp: "2026-01-31T12:00:00Z"
            uid: 0b3a
            managedFields: [{manager: kubectl}]
          spec:
            poolRef: {group: inference.networking.k8s.io, kind: InferencePool, name: pool}
            priority: 5
          status:
            conditions: [{type: Ready, status: Unknown}]
        """;
    assertThat(read(text).priorities()).containsEntry("chat", 5);
    assertThat(problems.errors()).isEmpty();
  }

  @Test
  void jsonIsYaml() {
    String text =
        "{\"apiVersion\":\"llm-d.ai/v1alpha2\",\"kind\":\"InferenceObjective\","
            + "\"metadata\":{\"name\":\"j\"},\"spec\":{\"poolRef\":{\"name\":\"p\"},\"priority\":3}}";
    assertThat(read(text).priorities()).containsEntry("j", 3);
  }

  /** A priority that the schema allows and no int holds does not stop the other objects. */
  @ParameterizedTest
  @CsvSource({
    "2147483647, 2147483647, 0",
    "2147483648, 2147483647, 1",
    "-9223372036854775808, -2147483648, 1",
    "99999999999999999999, 2147483647, 1",
  })
  void prioritiesAreCutOff(String given, int priority, int warnings) {
    Resources resources =
        read(objective("llm-d.ai", "o", ", priority: " + given) + objective("llm-d.ai", "p", ""));
    assertThat(resources.priorities()).containsEntry("o", priority).containsKey("p");
    assertThat(problems.errors()).isEmpty();
    assertThat(problems.warnings()).hasSize(warnings);
  }

  @Test
  void theNewGroupWinsAClash() {
    String old = objective("inference.networking.x-k8s.io", "o", ", priority: 1");
    String now = objective("llm-d.ai", "o", ", priority: 2");
    for (String text : List.of(old + now, now + old)) {
      assertThat(read(text).priorities()).containsEntry("o", 2);
    }
    assertThat(problems.errors()).isEmpty();
    assertThat(problems.warnings()).hasSize(2).allMatch(w -> w.message().contains("llm-d.ai"));
  }

  @Test
  void whatIsSetBesideTheFilesWins() {
    assertThat(read(objective("llm-d.ai", "fixed", ", priority: 2")).priorities())
        .containsEntry("fixed", 9);
    assertThat(problems.warnings()).singleElement().asString().contains("fixed", "9");
  }

  @Test
  void objectsOfOtherPoolsAreLeftOut() {
    PoolScope scope = new PoolScope("ns", "pool", PoolScope.DEFAULT_GROUP);
    String text =
        objective("llm-d.ai", "mine", "")
            + objective("llm-d.ai", "other", "").replace("name: pool", "name: else")
            + objective("llm-d.ai", "group", "").replace("name: pool", "group: g, name: pool")
            + objective("llm-d.ai", "away", "").replace("name: away", "name: away, namespace: n2")
            + objective("llm-d.ai", "home", "").replace("name: home", "name: home, namespace: ns");
    assertThat(read(scope, text).priorities()).containsOnlyKeys("mine", "home", "fixed");
    assertThat(problems.errors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          [{targets: [{modelRewrite: a, weight: 0}]}] | 6:48: spec.rules[0].targets[0].weight: 0 (expected: a whole number, 1..1000000)
          [{targets: [{modelRewrite: a, weight: 1000001}]}] | (expected: a whole number, 1..1000000)
          [{targets: [{modelRewrite: a, weigth: 1}]}] | spec.rules[0].targets[0].weigth: unknown field (expected: one of modelRewrite, weight)
          [{targets: [{weight: 1}]}] | spec.rules[0].targets[0].modelRewrite: missing (expected: a model)
          [{targets: a}] | spec.rules[0].targets: 'a' (expected: a list)
          [{split: [{modelRewrite: a}]}] | spec.rules[0].split: unknown field (expected: one of matches, targets)
          [{matches: [{model: {type: Prefix, value: a}}], targets: [{modelRewrite: b}]}] | matches[0].model.type: 'Prefix' (expected: Exact)
          [{matches: [{model: {value: ''}}], targets: [{modelRewrite: b}]}] | matches[0].model.value: '' (expected: a text)
          [{matches: [{model: {}}], targets: [{modelRewrite: b}]}] | matches[0].model.value: missing (expected: a text)
          [{matches: [{}], targets: [{modelRewrite: b}]}] | matches[0].model: missing (expected: an object)
          [5] | spec.rules[0]: 5 (expected: an object)
          null | spec.rules: missing (expected: a list)
          """)
  void wrongRules(String rules, String expected) {
    read(rewrite(rules));
    assertThat(problems.errors()).singleElement().asString().contains("r.yaml:", expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {kind: InferencePool, apiVersion: llm-d.ai/v1alpha2} | kind: 'InferencePool' (expected: InferenceObjective or InferenceModelRewrite)
          {apiVersion: llm-d.ai/v1alpha2} | kind: missing (expected: InferenceObjective or InferenceModelRewrite)
          {kind: InferenceObjective, apiVersion: llm-d.ai/v1} | apiVersion: 'llm-d.ai/v1' (expected: llm-d.ai/v1alpha2 or inference.networking.x-k8s.io/v1alpha2)
          {kind: InferenceObjective, apiVersion: llm-d.ai/v1alpha2, metadata: {name: a}} | spec: missing (expected: an object)
          {kind: InferenceObjective, apiVersion: llm-d.ai/v1alpha2, metadata: {}, spec: {poolRef: {name: p}}} | metadata.name: missing (expected: a text)
          {kind: InferenceObjective, apiVersion: llm-d.ai/v1alpha2, metadata: {name: a}, spec: {priority: 1}} | spec.poolRef: missing (expected: an object)
          {kind: InferenceObjective, apiVersion: llm-d.ai/v1alpha2, metadata: {name: a}, spec: {poolRef: {}}} | spec.poolRef.name: missing (expected: a text)
          {kind: InferenceObjective, apiVersion: llm-d.ai/v1alpha2, metadata: {name: a}, spec: {poolRef: {name: p}, priority: high}} | spec.priority: 'high' (expected: a whole number)
          {kind: InferenceObjective, apiVersion: llm-d.ai/v1alpha2, metadata: {name: a, creationTimestamp: now}, spec: {poolRef: {name: p}}} | metadata.creationTimestamp: 'now' (expected: a time
          [] | a list (expected: an object)
          {a: | not YAML or JSON
          """)
  void wrongObjects(String text, String expected) {
    read(text);
    assertThat(problems.errors()).singleElement().asString().contains("r.yaml:", expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n\n"})
  void anEmptyFileIsNoFileWithoutObjects(String text) {
    read(text);
    assertThat(problems.errors()).singleElement().asString().contains("empty (expected: objects");
  }

  @Test
  void aCommentIsAFileWithoutObjects() {
    assertThat(read("# none today\n").priorities()).containsOnlyKeys("fixed");
    assertThat(problems.errors()).isEmpty();
  }

  @Test
  void everythingIsToldAtOnce() {
    read(
        objective("llm-d.ai", "a", ", priorty: 1")
            + objective("llm-d.ai", "b", ", priority: x")
            + objective("llm-d.ai", "c", "")
            + objective("llm-d.ai", "c", ""));
    assertThat(problems.errors()).extracting(Problem::line).containsExactly(5, 10, 19);
    assertThat(problems.errors().get(0).message()).contains("did you mean");
    assertThat(problems.errors().get(2).message())
        .isEqualTo("'c' is also at r.yaml:14 (expected: one of that name)");
  }

  /** Rule K-RW-8: such a rule is ignored, and those beside it are not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{matches: [{model: {value: m}}]}",
        "{matches: [{model: {value: m}}], targets: []}",
        "{matches: [{model: {value: m}}], targets: [{modelRewrite: ''}]}",
        "{matches: [{model: {value: m}}], targets: [{modelRewrite: a}, {modelRewrite: ''}]}",
      })
  void rulesThatNameNoTarget(String rule) {
    ModelRewrites rewrites =
        read(rewrite(
                "[" + rule + ", {matches: [{model: {value: n}}], targets: [{modelRewrite: t}]}]"))
            .rewrites();
    assertThat(rewrites.rule("m")).isNull();
    assertThat(rewrites.rule("n")).isNotNull();
    assertThat(problems.errors()).isEmpty();
    assertThat(problems.warnings())
        .singleElement()
        .asString()
        .contains("spec.rules[0].targets", "the rule is ignored");
  }

  @Test
  void mixedWeightsAreToldAndTheUnweightedNeverChosen() {
    RewriteRule rule =
        read(rewrite("[{targets: [{modelRewrite: a}, {modelRewrite: b, weight: 3}]}]"))
            .rewrites()
            .rule("any");
    assertThat(problems.warnings()).singleElement().asString().contains("1 of 2 targets");
    for (long random : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(rule.target(random)).isEqualTo("b");
    }
  }
}

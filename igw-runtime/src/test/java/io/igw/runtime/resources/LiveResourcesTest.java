package io.igw.runtime.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.runtime.PickerMetrics;
import io.igw.runtime.yaml.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and folders, first read and followed. */
class LiveResourcesTest {
  @TempDir Path folder;
  private final Deque<Runnable> looks = new ArrayDeque<>();
  private final Problems problems = new Problems("config");
  private int refused;
  private int warnings;
  private Set<String> models = Set.of();

  private static String objective(String name, Object priority) {
    return "apiVersion: llm-d.ai/v1alpha2\nkind: InferenceObjective\nmetadata: {name: "
        + name
        + "}\nspec: {poolRef: {name: p}, priority: "
        + priority
        + "}\n";
  }

  private LiveResources start(Path... paths) {
    PickerMetrics metrics =
        new PickerMetrics() {
          @Override
          public void resourcesLoaded(Set<String> named, int count) {
            models = named;
            warnings = count;
          }

          @Override
          public void resourcesRefused() {
            refused++;
          }
        };
    LiveResources resources =
        new LiveResources(List.of(paths), PoolScope.ALL, Map.of(), metrics, 1);
    resources.read(problems);
    resources.follow(
        (nanos, task) -> {
          looks.add(task);
          return () -> {};
        },
        Runnable::run);
    return resources;
  }

  private void look() {
    looks.remove().run();
  }

  @Test
  void filesAndFolders() throws IOException {
    Path file = Files.writeString(folder.resolve("any.txt"), objective("file", 1));
    Path objects = Files.createDirectory(folder.resolve("objects"));
    Files.writeString(objects.resolve("a.yaml"), objective("a", 2));
    Files.writeString(objects.resolve("b.yml"), objective("b", 3));
    Files.writeString(objects.resolve("c.json"), objective("c", 4));
    Files.writeString(objects.resolve("notes.md"), "# not ours");
    Files.writeString(objects.resolve(".hidden.yaml"), "not: ours");
    Files.createDirectory(objects.resolve("d.yaml"));
    assertThat(start(file, objects).now().priorities())
        .isEqualTo(Map.of("file", 1, "a", 2, "b", 3, "c", 4));
    assertThat(problems.errors()).isEmpty();
  }

  @Test
  void everyFileTellsWhatIsWrongWithIt() throws IOException {
    Files.writeString(folder.resolve("a.yaml"), objective("a", "x"));
    Files.writeString(folder.resolve("b.yaml"), objective("b", "y"));
    start(folder);
    assertThat(problems.errors()).hasSize(2);
    assertThat(problems.errors().get(0).source()).endsWith("a.yaml");
    assertThat(problems.errors().get(1).toString())
        .matches(".*b\\.yaml:4:\\d+: spec\\.priority: 'y' \\(expected: a whole number\\)");
  }

  @Test
  void aFileThatIsMissingIsAnError() {
    start(folder.resolve("none.yaml"));
    assertThat(problems.errors())
        .singleElement()
        .asString()
        .contains("none.yaml: no such file (expected: a file or folder that can be read)");
  }

  @Test
  void changesAreSeen() throws IOException {
    Path file = Files.writeString(folder.resolve("r.yaml"), objective("a", 1));
    LiveResources resources = start(folder);
    look();
    Resources before = resources.now();
    look();
    assertThat(resources.now()).isSameAs(before);
    FileTime stamp = Files.getLastModifiedTime(file);
    Files.writeString(file, objective("a", 2));
    Files.setLastModifiedTime(file, stamp);
    look();
    assertThat(resources.now().priorities()).isEqualTo(Map.of("a", 2));
    Files.writeString(folder.resolve("s.yaml"), objective("b", 3));
    look();
    assertThat(resources.now().priorities()).isEqualTo(Map.of("a", 2, "b", 3));
    Files.delete(file);
    look();
    assertThat(resources.now().priorities()).isEqualTo(Map.of("b", 3));
    resources.close();
    look();
    assertThat(looks).isEmpty();
  }

  @Test
  void replacedByALink() throws IOException {
    Path file = Files.writeString(folder.resolve("r.yaml"), objective("a", 1));
    LiveResources resources = start(file);
    Path next = Files.writeString(folder.resolve("next"), objective("a", 2));
    Path link = Files.createSymbolicLink(folder.resolve("link"), next);
    Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);
    look();
    assertThat(resources.now().priorities()).isEqualTo(Map.of("a", 2));
  }

  /** All files count together: a broken one keeps the change of another out. */
  @Test
  void theLastGoodObjectsStay() throws IOException {
    Path a = Files.writeString(folder.resolve("a.yaml"), objective("a", 1));
    Path b = Files.writeString(folder.resolve("b.yaml"), objective("b", 1));
    LiveResources resources = start(a, b);
    Files.writeString(a, objective("a", 2));
    for (String broken : List.of("", objective("b", "high"), "{", objective("a", 5))) {
      Files.writeString(b, broken);
      look();
      look();
      assertThat(resources.now().priorities()).isEqualTo(Map.of("a", 1, "b", 1));
    }
    assertThat(refused).as("once for each").isEqualTo(4);
    Files.delete(b);
    look();
    assertThat(refused).isEqualTo(5);
    Files.writeString(b, objective("b", 3));
    look();
    assertThat(resources.now().priorities()).isEqualTo(Map.of("a", 2, "b", 3));
    assertThat(refused).isEqualTo(5);
  }

  @Test
  void listenersHearOfModelsAndWarnings() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("w.yaml"),
            """
            apiVersion: llm-d.ai/v1alpha2
            kind: InferenceModelRewrite
            metadata: {name: w}
            spec:
              poolRef: {name: p}
              rules:
              - {matches: [{model: {value: m}}], targets: [{modelRewrite: t}]}
              - {matches: [{model: {value: n}}]}
            """);
    start(file);
    assertThat(models).containsExactlyInAnyOrder("m", "t");
    assertThat(warnings).isEqualTo(1);
    assertThat(problems.warnings()).hasSize(1);
  }
}

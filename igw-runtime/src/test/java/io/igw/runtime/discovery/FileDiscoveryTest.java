package io.igw.runtime.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.runtime.ConfigurationException;
import io.igw.scheduler.EndpointSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileDiscoveryTest {
  @TempDir Path folder;
  private Path file;
  private final Deque<Runnable> timers = new ArrayDeque<>();
  private final List<List<String>> found = new ArrayList<>();
  private String address = "10.0.0.1";

  @BeforeEach
  void name() {
    file = folder.resolve("endpoints.yaml");
  }

  private static String content(String... names) {
    StringBuilder text = new StringBuilder("endpoints:\n");
    for (String name : names) {
      text.append("- {name: ").append(name).append(", address: 10.0.0.1, port: 8000}\n");
    }
    return text.toString();
  }

  private FileDiscovery discovery(boolean watch) {
    return new FileDiscovery(
        file,
        watch,
        (nanos, task) -> {
          timers.add(task);
          return () -> {};
        },
        Runnable::run,
        name -> new InetAddress[] {InetAddress.getByName(address)});
  }

  private void heard(List<EndpointSpec> endpoints) {
    found.add(endpoints.stream().map(e -> e.id().name()).toList());
  }

  private void look() {
    timers.remove().run();
  }

  private FileDiscovery watching(String... names) throws IOException {
    Files.writeString(file, content(names));
    FileDiscovery discovery = discovery(true);
    discovery.start(this::heard);
    return discovery;
  }

  @Test
  void aChangeThatCannotBeUsedIsToldOnce() throws IOException {
    Files.writeString(file, content("a"));
    List<String> refused = new ArrayList<>();
    discovery(true)
        .start(
            new Discovery.Listener() {
              @Override
              public void found(List<EndpointSpec> endpoints) {
                heard(endpoints);
              }

              @Override
              public void refused() {
                refused.add(file.toString());
              }
            });
    Files.writeString(file, "endpoints: [{name: b}]");
    look();
    look();
    assertThat(found).containsExactly(List.of("a"));
    assertThat(refused).hasSize(1);
  }

  @Test
  void aChangeIsSeenAndAnUnchangedFileIsNot() throws IOException {
    FileDiscovery discovery = watching("a");
    look();
    look();
    assertThat(found).containsExactly(List.of("a"));
    Files.writeString(file, content("a", "b"));
    look();
    look();
    assertThat(found).containsExactly(List.of("a"), List.of("a", "b"));
    discovery.close();
    look();
    assertThat(timers).isEmpty();
  }

  @Test
  void aChangeWithinTheSameTimeStampIsSeen() throws IOException {
    watching("a");
    FileTime stamp = Files.getLastModifiedTime(file);
    Files.writeString(file, content("b"));
    Files.setLastModifiedTime(file, stamp);
    look();
    assertThat(found).containsExactly(List.of("a"), List.of("b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "endpoints: []",
        "endpoints: [",
        "endpoints:\n- {name: a, address: 10.0.0.1, port: 8000}\n- {name: b, address: x_y, port: 1}"
      })
  void anEmptyOrInvalidFileChangesNothing(String broken) throws IOException {
    watching("a", "b");
    Files.writeString(file, broken);
    look();
    look();
    assertThat(found).containsExactly(List.of("a", "b"));
    Files.writeString(file, content("c"));
    look();
    assertThat(found).containsExactly(List.of("a", "b"), List.of("c"));
  }

  @Test
  void aFileThatVanishesChangesNothing() throws IOException {
    watching("a");
    Files.delete(file);
    look();
    look();
    assertThat(found).containsExactly(List.of("a"));
    Files.writeString(file, content("b"));
    look();
    assertThat(found).containsExactly(List.of("a"), List.of("b"));
  }

  @Test
  void aLargeFileChangesNothing() throws IOException {
    watching("a");
    Files.writeString(file, content("b") + "#".repeat(1 << 20));
    look();
    assertThat(found).containsExactly(List.of("a"));
  }

  @Test
  void symbolicLinksAreFollowedAsTheyAreExchanged() throws IOException {
    // As Kubernetes mounts files: endpoints.yaml → ..data/endpoints.yaml, ..data → one of two.
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));
    Files.writeString(first.resolve("endpoints.yaml"), content("a"));
    Files.writeString(second.resolve("endpoints.yaml"), content("b"));
    FileTime old = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(first.resolve("endpoints.yaml"), old);
    Files.setLastModifiedTime(second.resolve("endpoints.yaml"), old);
    Path data = folder.resolve("..data");
    Files.createSymbolicLink(data, first.getFileName());
    Files.createSymbolicLink(file, Path.of("..data/endpoints.yaml"));
    FileDiscovery discovery = discovery(true);
    discovery.start(this::heard);
    Path exchanged = folder.resolve("..tmp");
    Files.createSymbolicLink(exchanged, second.getFileName());
    Files.move(exchanged, data, StandardCopyOption.ATOMIC_MOVE);
    look();
    assertThat(found).containsExactly(List.of("a"), List.of("b"));
    Path regular = folder.resolve("new");
    Files.writeString(regular, content("c"));
    Files.move(regular, file, StandardCopyOption.ATOMIC_MOVE);
    look();
    assertThat(found).containsExactly(List.of("a"), List.of("b"), List.of("c"));
  }

  @Test
  void withoutWatchFileNothingIsFollowed() throws IOException {
    Files.writeString(file, content("a"));
    FileDiscovery discovery = discovery(false);
    discovery.start(this::heard);
    assertThat(timers).isEmpty();
    assertThat(found).containsExactly(List.of("a"));
  }

  @Test
  void theFirstLoadMustSucceed() throws IOException {
    FileDiscovery discovery = discovery(true);
    assertThatThrownBy(() -> discovery.start(this::heard))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            file
                + ": file-discovery: initial load failed: no such file (expected: a file that"
                + " can be read)");
    Files.writeString(file, "endpoints:\n- {name: a, address: 10.0.0.999, port: 1}\n");
    assertThatThrownBy(() -> discovery.start(this::heard))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(file + ":2:22: endpoints[0].address: endpoint \"a\": invalid");
    Files.writeString(file, "#".repeat((1 << 20) + 1));
    assertThatThrownBy(() -> discovery.start(this::heard))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("endpoints file " + file + " exceeds 1 MiB limit");
    assertThat(found).isEmpty();
    assertThat(timers).isEmpty();
  }

  @Test
  void namesAreLookedUpAgainAfterHalfAMinute() throws IOException {
    Files.writeString(file, "endpoints: [{name: a, address: llm.example.com, port: 8000}]");
    List<String> hosts = new ArrayList<>();
    discovery(false).start(endpoints -> hosts.add(endpoints.get(0).host()));
    address = "10.0.0.2";
    for (int seconds = 1; seconds < 30; seconds++) {
      look();
    }
    assertThat(hosts).containsExactly("10.0.0.1");
    look();
    assertThat(hosts).containsExactly("10.0.0.1", "10.0.0.2");
  }
}

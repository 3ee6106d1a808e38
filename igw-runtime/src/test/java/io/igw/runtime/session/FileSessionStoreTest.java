package io.igw.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointId;
import io.igw.spi.SessionStore;
import io.igw.spi.SessionStore.Binding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSessionStoreTest {
  private static final EndpointId POD = new EndpointId("name space", "pod/0");

  @TempDir Path folder;
  private long millis = System.currentTimeMillis();

  private FileSessionStore store() {
    return new FileSessionStore(folder, Duration.ofMinutes(10), () -> millis);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  @Test
  void othersReadWhatIsWrittenAndWhatFollows() throws IOException {
    FileSessionStore mine = store();
    SessionStore.Reader own = mine.reader();
    SessionStore.Reader other = store().reader();
    assertThat(other.read()).isEmpty();
    Binding first = new Binding("a session\nwith % and ü", POD, 5);
    mine.write(List.of(first));
    assertThat(other.read()).containsExactly(first);
    assertThat(other.read()).isEmpty();
    Binding second = new Binding("b", POD, 6);
    Binding third = new Binding("c", POD, 7);
    mine.write(List.of(second, third));
    assertThat(other.read()).containsExactly(second, third);
    assertThat(store().reader().read()).as("after a restart").hasSize(3);
    assertThat(own.read()).as("its own").isEmpty();
  }

  @Test
  void linesThatAreNoneArePassedOver() throws IOException {
    FileSessionStore mine = store();
    mine.write(List.of(new Binding("a", POD, 5)));
    Path file = files().get(0);
    String garbage = "x\n\n5 n \u0000 s\n5 n  s\nmany n p s\n1 2 3 4 5\n5 n p %zz\n6 n p half";
    Files.writeString(file, garbage, StandardOpenOption.APPEND);
    SessionStore.Reader reader = store().reader();
    assertThat(reader.read()).extracting(Binding::session).containsExactly("a", "s");
    Files.writeString(file, "-line\n", StandardOpenOption.APPEND);
    assertThat(reader.read()).extracting(Binding::session).containsExactly("half-line");
  }

  @Test
  void nobodyElseMayRead() throws IOException {
    store().write(List.of(new Binding("a", POD, 5)));
    assertThat(Files.getPosixFilePermissions(files().get(0)))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void filesThatNobodyWritesToAreDeleted() throws IOException {
    store().write(List.of(new Binding("a", POD, 5)));
    Path old = files().get(0);
    Path foreign = Files.writeString(folder.resolve("other.txt"), "stays");
    for (Path file : List.of(old, foreign)) {
      Files.setLastModifiedTime(file, FileTime.fromMillis(millis - 601_000));
    }
    SessionStore.Reader reader = store().reader();
    assertThat(reader.read()).hasSize(1);
    store().write(List.of(new Binding("b", POD, 6)));
    assertThat(old).doesNotExist();
    assertThat(foreign).exists();
    assertThat(reader.read()).extracting(Binding::session).containsExactly("b");
  }

  @Test
  void aLongFileIsFollowedByAnother() throws IOException {
    FileSessionStore mine = store();
    Binding large = new Binding("s".repeat(500_000), POD, 5);
    for (int i = 0; i < 10; i++) {
      mine.write(List.of(large));
    }
    assertThat(files()).hasSize(2);
    assertThat(store().reader().read()).hasSize(10);
    assertThat(mine.reader().read()).isEmpty();
  }
}

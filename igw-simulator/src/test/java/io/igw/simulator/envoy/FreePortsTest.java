package io.igw.simulator.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  /**
   * Prints the ports that a process of its own gets, and holds on to its block until it is told to
   * end.
   */
  static final class Elsewhere {
    private Elsewhere() {}

    public static void main(String[] args) throws Exception {
      Arrays.stream(FreePorts.find(150)).forEach(System.out::println);
      System.out.println("all");
      System.in.read();
    }
  }

  @Test
  void aPortComesAgainOnlyAfterManyOthers() {
    Set<Integer> all = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      for (int port : FreePorts.find(5)) {
        assertThat(all.add(port)).as("port %d is new", port).isTrue();
        // What systems give to outgoing connections begins at 32768 or later.
        assertThat(port).isBetween(20_000, 32_767);
      }
    }
  }

  @Test
  void aTakenPortIsLeftOut() throws Exception {
    int first = FreePorts.find(1)[0];
    try (ServerSocket taken = new ServerSocket(first, 1, InetAddress.getLoopbackAddress())) {
      assertThat(FreePorts.find(150)).doesNotContain(taken.getLocalPort());
      // The block has come round.
      assertThat(FreePorts.find(150)).doesNotContain(taken.getLocalPort());
    }
    assertThatThrownBy(() -> FreePorts.find(200))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ports: 200");
  }

  @Test
  void processesAtTheSameTimeHaveOthers() throws Exception {
    Set<Integer> all = new HashSet<>();
    for (int port : FreePorts.find(150)) {
      all.add(port);
    }
    List<Process> others = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process other =
            new ProcessBuilder(
                    java,
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Elsewhere.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        others.add(other);
      }
      for (Process other : others) {
        List<String> ports = new ArrayList<>();
        var lines = other.inputReader();
        for (String line = lines.readLine(); !"all".equals(line); line = lines.readLine()) {
          assertThat(line).isNotNull();
          ports.add(line);
        }
        assertThat(ports).hasSize(150);
        for (String port : ports) {
          assertThat(all.add(Integer.valueOf(port))).as("port %s is new", port).isTrue();
        }
      }
    } finally {
      others.forEach(Process::destroyForcibly);
    }
  }
}

package io.igw.benchmarks;

import io.igw.benchmarks.rig.ServerProcess;
import io.igw.simulator.ModelServers;
import io.igw.simulator.demo.PickerSetup;
import io.igw.simulator.envoy.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts what is measured as a user does: through {@code ./igw}, with the flags that it sets. */
final class Servers {
  private final Path root;
  private final Path javaHome;
  private final Path work;

  Servers(Path root, Path javaHome) {
    this.root = root;
    this.javaHome = javaHome;
    this.work = root.resolve("benchmarks/target/check");
  }

  Path javaHome() {
    return javaHome;
  }

  /**
   * A picker over these model servers, with the flags {@code more}; {@code javaOptions} may be
   * empty.
   */
  ServerProcess picker(ModelServers servers, String javaOptions, String... more)
      throws IOException {
    Files.createDirectories(work);
    Path file = endpoints(servers, 1);
    Path config = Files.writeString(work.resolve("config.yaml"), PickerSetup.IGW.yaml(file));
    int[] ports = FreePorts.find(3);
    List<String> command = new ArrayList<>();
    command.add(root.resolve("igw").toString());
    command.addAll(
        List.of(
            "epp",
            "--config-file=" + config,
            "--grpc-port=" + ports[0],
            "--grpc-health-port=" + ports[1],
            "--metrics-port=" + ports[2],
            "--v=0"));
    command.addAll(List.of(more));
    return start(command, ports[0], javaOptions, "picker.log");
  }

  /**
   * Writes what a picker's discovery reads, now or when it has changed: each server as so many
   * endpoints.
   */
  Path endpoints(ModelServers servers, int copies) throws IOException {
    StringBuilder endpoints = new StringBuilder("endpoints:\n");
    servers
        .endpoints()
        .forEach(endpoint -> {
          for (int copy = 0; copy < copies; copy++) {
            endpoints.append(
                String.format(
                    "- {name: %s%s, address: \"%s\", port: \"%d\"}%n",
                    endpoint.id().name(),
                    copy == 0 ? "" : "-" + copy,
                    endpoint.host(),
                    endpoint.port()));
          }
        });
    Path file = work.resolve("endpoints.yaml");
    Path next = Files.writeString(work.resolve("endpoints.next"), endpoints);
    return Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The server that decides nothing: the I/O layer alone. */
  ServerProcess nullServer(String javaOptions) throws IOException {
    int port = FreePorts.find(1)[0];
    List<String> command =
        List.of(root.resolve("igw").toString(), "null-server", Integer.toString(port));
    return start(command, port, javaOptions, "null.log");
  }

  private ServerProcess start(List<String> command, int port, String javaOptions, String log)
      throws IOException {
    Map<String, String> environment =
        Map.of(
            "IGW_JAVA_HOME",
            javaHome.toString(),
            "IGW_NO_BUILD",
            "1",
            "IGW_JAVA_OPTS",
            javaOptions);
    return ServerProcess.start(command, environment, "127.0.0.1:" + port, work.resolve(log));
  }
}

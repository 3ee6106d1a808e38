package io.igw.simulator.demo;

import io.igw.scheduler.EndpointSpec;
import io.igw.simulator.envoy.EnvoyBootstrap;
import io.igw.simulator.envoy.EnvoyProcess;
import io.igw.simulator.envoy.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/** The real Envoy, with the picker as a process of its own that Envoy asks over ext-proc. */
final class EnvoyGateway implements DemoGateway {
  private final Path binary;

  private EnvoyGateway(Path binary) {
    this.binary = binary;
  }

  /** Empty without an Envoy, or where the ext-proc server is not on the class path. */
  static Optional<DemoGateway> find() {
    return PickerProcess.isAvailable()
        ? EnvoyProcess.find().map(EnvoyGateway::new)
        : Optional.empty();
  }

  @Override
  public String name() {
    return "envoy";
  }

  @Override
  public String description() {
    return "Envoy (" + binary + ") with the picker over ext-proc";
  }

  @Override
  public Running start(Setup setup) throws IOException, InterruptedException {
    int[] ports = FreePorts.find(5);
    Path endpoints = setup.folder().resolve("endpoints.yaml");
    Files.writeString(endpoints, endpointsYaml(setup.endpoints()));
    Path config = setup.folder().resolve("config.yaml");
    Files.writeString(config, setup.configuration().yaml(endpoints));
    PickerProcess picker =
        PickerProcess.start(
            List.of(
                "--config-file",
                config.toString(),
                "--secure-serving=false",
                "--grpc-port",
                Integer.toString(ports[2]),
                "--grpc-health-port",
                Integer.toString(ports[3]),
                "--metrics-port",
                Integer.toString(ports[4]),
                "--v",
                "4"),
            setup.decisions());
    try {
      EnvoyProcess envoy =
          EnvoyProcess.start(
              binary, EnvoyBootstrap.of(ports[0], ports[1], ports[2]), setup.folder());
      return new RunningEnvoy(envoy, picker, endpoints);
    } catch (IOException | InterruptedException | RuntimeException e) {
      picker.close();
      throw e;
    }
  }

  private static String endpointsYaml(List<EndpointSpec> endpoints) {
    StringBuilder out = new StringBuilder("endpoints:\n");
    for (EndpointSpec endpoint : endpoints) {
      out.append("  - name: ").append(endpoint.id().name()).append('\n');
      out.append("    address: \"").append(endpoint.host()).append("\"\n");
      out.append("    port: \"").append(endpoint.port()).append("\"\n");
    }
    return out.toString();
  }

  private record RunningEnvoy(EnvoyProcess envoy, PickerProcess picker, Path file)
      implements Running {
    @Override
    public int port() {
      return envoy.port();
    }

    @Override
    public void endpoints(List<EndpointSpec> endpoints) throws IOException {
      Path next = file.resolveSibling("endpoints.next");
      Files.writeString(next, endpointsYaml(endpoints));
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
      envoy.close();
      picker.close();
    }
  }
}

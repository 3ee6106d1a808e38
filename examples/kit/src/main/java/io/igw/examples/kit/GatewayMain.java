package io.igw.examples.kit;

import io.igw.runtime.ConfigurationException;
import io.igw.runtime.PickerRuntime;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The command line of an example gateway: {@code [--port N] [--endpoints FILE]}; without a file it
 * serves three simulated model servers of its own.
 */
public final class GatewayMain {
  private static final String USAGE =
      "expected: [--port N] [--endpoints FILE], FILE as for the file-discovery plugin";

  private int port = 8080;
  private @Nullable Path endpoints;

  private GatewayMain() {}

  /** Serves until the process is told to stop. Ends it with 2 if the arguments make no sense. */
  public static void run(String[] arguments, RunningGateway.Starter starter)
      throws InterruptedException {
    GatewayMain main = new GatewayMain();
    try {
      main.read(List.of(arguments));
      main.serve(starter);
    } catch (IllegalArgumentException | ConfigurationException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private void read(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i += 2) {
      String name = arguments.get(i);
      String value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
      if (name.equals("--port") && value.matches("[0-9]{1,5}")) {
        port = Integer.parseInt(value);
      } else if (name.equals("--endpoints") && !value.isEmpty()) {
        endpoints = Path.of(value);
      } else {
        throw new IllegalArgumentException((name + " " + value).strip() + " (" + USAGE + ")");
      }
    }
  }

  private void serve(RunningGateway.Starter starter) throws InterruptedException {
    Path file = endpoints;
    PickerRuntime.Builder builder = PickerRuntime.builder();
    ModelServers servers = null;
    if (file == null) {
      servers = ModelServers.start(3, EngineSettings.defaults());
      builder.endpoints(servers.endpoints());
    } else {
      builder.discoveryFile(file);
    }
    AutoCloseable fleet = servers == null ? () -> {} : servers;
    PickerRuntime runtime = builder.build();
    runtime.start();
    RunningGateway gateway = starter.start(runtime, port);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, runtime, fleet)));
    System.out.printf(
        """
        Serving on http://127.0.0.1:%1$d; x-served-by tells the model server. Try:

          curl -i http://127.0.0.1:%1$d/v1/completions -d '{"model":"base-model","prompt":"%2$s"}'
        """,
        gateway.port(), "Once upon a time ".repeat(20).strip());
    new CountDownLatch(1).await();
  }

  private static void stop(AutoCloseable... parts) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        System.err.println("while stopping: " + e);
      }
    }
  }
}

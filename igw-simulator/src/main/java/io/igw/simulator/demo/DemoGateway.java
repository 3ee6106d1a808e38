package io.igw.simulator.demo;

import io.igw.scheduler.EndpointSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A gateway that the demo can play through; found by ServiceLoader. */
public interface DemoGateway {
  /** Name of the gateway in options and results, for example {@code embedded}. */
  String name();

  /** One line that tells the user what it is. */
  String description();

  /** Starts the gateway and its picker; returns once it serves. */
  Running start(Setup setup) throws IOException, InterruptedException;

  /**
   * What to serve.
   *
   * @param configuration how to pick
   * @param endpoints the model servers
   * @param folder an existing folder for files
   * @param decisions hears a line for each decision, such as {@code endpoint=127.0.0.1:1
   *     total=7.000 (queue-scorer=1.000 …)}, on any thread
   */
  record Setup(
      PickerSetup configuration,
      List<EndpointSpec> endpoints,
      Path folder,
      Consumer<String> decisions) {
    /** Copies the list. */
    public Setup {
      endpoints = List.copyOf(endpoints);
    }
  }

  /** A gateway that serves. */
  interface Running extends AutoCloseable {
    /** The local port for clients. */
    int port();

    /** Serves these model servers from now on; the picker may need a second to notice. */
    void endpoints(List<EndpointSpec> endpoints) throws IOException;

    @Override
    void close();
  }
}

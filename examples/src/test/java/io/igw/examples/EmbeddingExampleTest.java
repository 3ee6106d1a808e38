package io.igw.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointPicker;
import io.igw.api.InferenceRequest;
import io.igw.api.Usage;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README shows of embedding. */
class EmbeddingExampleTest {
  private final List<String> destinations = new ArrayList<>();

  private void send(String hostPort) {
    destinations.add(hostPort);
  }

  @Test
  void picksAnEndpointAndGivesTheLeaseBack() {
    try (ModelServers servers = ModelServers.start(2, EngineSettings.defaults())) {
      List<EndpointSpec> endpoints = servers.endpoints();
      // tag::embedding[]
      EndpointPicker.Listener go =
          outcome -> {
            if (outcome instanceof Decision decision) {
              send(decision.endpoint().hostPort());
              decision.complete(Usage.UNKNOWN); // once the response has ended
            }
          };
      try (PickerRuntime runtime = PickerRuntime.builder().endpoints(endpoints).build()) {
        runtime.start();
        InferenceRequest request =
            InferenceRequest.builder().model("base-model").prompt("Why is the sky blue?").build();
        runtime.picker().pick(request, Runnable::run, go);
      }
      // end::embedding[]
      assertThat(destinations)
          .hasSize(1)
          .first()
          .isIn(servers.server(0).hostPort(), servers.server(1).hostPort());
    }
  }
}

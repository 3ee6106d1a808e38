package io.igw.simulator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.scheduler.EndpointSpec;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetTest {
  private final List<List<String>> told = new ArrayList<>();

  private final DemoGateway.Running gateway =
      new DemoGateway.Running() {
        @Override
        public int port() {
          return 0;
        }

        @Override
        public void endpoints(List<EndpointSpec> endpoints) {
          told.add(endpoints.stream().map(endpoint -> endpoint.id().name()).toList());
        }

        @Override
        public void close() {}
      };

  @Test
  void theGatewayHearsOfWhoComesAndGoes() throws IOException {
    try (ModelServers servers = ModelServers.start(3, EngineSettings.defaults())) {
      Fleet fleet = new Fleet(servers, 1);
      fleet.begin(gateway);
      assertThat(fleet.listed())
          .extracting(e -> e.id().name())
          .containsExactly("server-0", "server-1");
      fleet.add();
      fleet.add();
      fleet.killOrRestart(0);
      fleet.slowOrNot(1);
      fleet.slowOrNot(0);
      assertThat(fleet.rows())
          .extracting(Fleet.Row::state)
          .containsExactly(Fleet.State.DEAD, Fleet.State.SLOW, Fleet.State.UP);
      fleet.killOrRestart(0);
      fleet.slowOrNot(1);
      assertThat(fleet.rows()).extracting(Fleet.Row::state).containsOnly(Fleet.State.UP);
    }
    assertThat(told)
        .containsExactly(
            List.of("server-0", "server-1", "server-2"),
            List.of("server-1", "server-2"),
            List.of("server-0", "server-1", "server-2"));
  }

  @Test
  void theLastServerStays() throws IOException {
    try (ModelServers servers = ModelServers.start(2, EngineSettings.defaults())) {
      Fleet fleet = new Fleet(servers, 0);
      fleet.begin(gateway);
      fleet.killOrRestart(0);
      fleet.killOrRestart(1);
      assertThat(fleet.listed()).hasSize(1);
    }
  }
}

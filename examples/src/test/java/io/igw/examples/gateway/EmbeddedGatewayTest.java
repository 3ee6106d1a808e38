package io.igw.examples.gateway;

import io.igw.examples.kit.GatewayContract;
import io.igw.examples.kit.RunningGateway;
import io.igw.runtime.PickerRuntime;

class EmbeddedGatewayTest extends GatewayContract {
  @Override
  protected RunningGateway start(PickerRuntime runtime) {
    EmbeddedGateway gateway = EmbeddedGateway.start(runtime, 0);
    return RunningGateway.of(gateway.port(), gateway::close);
  }
}

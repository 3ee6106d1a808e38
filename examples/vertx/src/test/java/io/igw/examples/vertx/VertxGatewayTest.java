package io.igw.examples.vertx;

import io.igw.examples.kit.GatewayContract;
import io.igw.examples.kit.RunningGateway;
import io.igw.runtime.PickerRuntime;

class VertxGatewayTest extends GatewayContract {
  @Override
  protected RunningGateway start(PickerRuntime runtime) {
    return VertxGateway.start(runtime, 0);
  }
}

package io.igw.examples.armeria;

import io.igw.examples.kit.GatewayContract;
import io.igw.examples.kit.RunningGateway;
import io.igw.runtime.PickerRuntime;

class ArmeriaGatewayTest extends GatewayContract {
  @Override
  protected RunningGateway start(PickerRuntime runtime) {
    return ArmeriaGateway.start(runtime, 0);
  }
}

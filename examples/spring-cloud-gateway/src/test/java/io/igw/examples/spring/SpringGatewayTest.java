package io.igw.examples.spring;

import io.igw.examples.kit.GatewayContract;
import io.igw.examples.kit.RunningGateway;
import io.igw.runtime.PickerRuntime;

class SpringGatewayTest extends GatewayContract {
  @Override
  protected RunningGateway start(PickerRuntime runtime) {
    return SpringGateway.start(runtime, 0);
  }
}

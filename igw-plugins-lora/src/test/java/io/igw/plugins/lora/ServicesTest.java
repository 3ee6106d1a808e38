package io.igw.plugins.lora;

import io.igw.testkit.ServicesContract;

class ServicesTest extends ServicesContract {
  @Override
  protected Class<?> classOfTheJar() {
    return LoraAffinityProvider.class;
  }
}

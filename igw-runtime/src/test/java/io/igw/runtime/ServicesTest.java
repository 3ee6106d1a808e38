package io.igw.runtime;

import io.igw.testkit.ServicesContract;

class ServicesTest extends ServicesContract {
  @Override
  protected Class<?> classOfTheJar() {
    return PickerRuntime.class;
  }
}

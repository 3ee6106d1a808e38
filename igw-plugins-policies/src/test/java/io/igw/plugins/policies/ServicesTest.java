package io.igw.plugins.policies;

import io.igw.testkit.ServicesContract;

class ServicesTest extends ServicesContract {
  @Override
  protected Class<?> classOfTheJar() {
    return PolicyProviders.class;
  }
}

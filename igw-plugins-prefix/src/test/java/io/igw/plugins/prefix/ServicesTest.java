package io.igw.plugins.prefix;

import io.igw.testkit.ServicesContract;

class ServicesTest extends ServicesContract {
  @Override
  protected Class<?> classOfTheJar() {
    return PrefixProviders.class;
  }
}

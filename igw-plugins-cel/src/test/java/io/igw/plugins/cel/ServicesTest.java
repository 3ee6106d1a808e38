package io.igw.plugins.cel;

import io.igw.testkit.ServicesContract;

class ServicesTest extends ServicesContract {
  @Override
  protected Class<?> classOfTheJar() {
    return RequestAttributeReporterProvider.class;
  }
}

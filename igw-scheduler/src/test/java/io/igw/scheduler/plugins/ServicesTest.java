package io.igw.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.scheduler.admission.AdmissionProviders;
import io.igw.scheduler.filters.FilterProviders;
import io.igw.scheduler.filters.LabelFilterProvider;
import io.igw.scheduler.handlers.HandlerProviders;
import io.igw.scheduler.responses.ResponseProviders;
import io.igw.scheduler.scorers.ScorerProviders;
import io.igw.scheduler.session.SessionProviders;
import io.igw.spi.PluginProvider;
import io.igw.testkit.ServicesContract;
import java.util.Arrays;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServicesTest extends ServicesContract {
  @Override
  protected Class<?> classOfTheJar() {
    return BuiltInProvider.class;
  }

  @Test
  void everyProviderClassIsNamed() {
    assertThat(ServiceLoader.load(PluginProvider.class).stream())
        .extracting(provider -> provider.type().getName())
        .containsAll(
            Stream.of(
                    BuiltInProvider.class,
                    LabelFilterProvider.class,
                    FilterProviders.class,
                    ScorerProviders.class,
                    SessionProviders.class,
                    AdmissionProviders.class,
                    ResponseProviders.class,
                    HandlerProviders.class)
                .flatMap(family -> Arrays.stream(family.getDeclaredClasses()))
                .filter(PluginProvider.class::isAssignableFrom)
                .map(Class::getName)
                .toList());
  }
}

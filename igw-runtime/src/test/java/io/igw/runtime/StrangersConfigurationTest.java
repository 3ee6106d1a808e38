package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.scheduler.PluginCatalog;
import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.igw.spi.ProfileHandler;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Configurations that name plugins of third parties. */
class StrangersConfigurationTest {
  private record Provider(
      String type, Stability stability, BiFunction<Parameters, PluginContext, Plugin> make)
      implements PluginProvider {
    @Override
    public Plugin create(Parameters parameters, PluginContext context) {
      return make.apply(parameters, context);
    }
  }

  private static PluginCatalog with(PluginProvider... more) {
    List<PluginProvider> all =
        new ArrayList<>(
            PluginCatalog.load(StrangersConfigurationTest.class.getClassLoader())
                .providers()
                .values());
    all.addAll(List.of(more));
    return PluginCatalog.of(all);
  }

  @Test
  void alphaPluginsNeedTheFlag() {
    PluginCatalog catalog =
        with(
            new Provider(
                "young-scorer",
                PluginProvider.Stability.ALPHA,
                (p, c) -> Scorer.of((request, endpoint) -> 1)));
    String[] yaml = {
      "plugins: [{name: z, type: young-scorer}, {name: a, type: young-scorer}, {type: queue-scorer}]"
    };
    assertThat(ConfigurationTest.refusal(Gateway.runtime(yaml).pluginCatalog(catalog)))
        .containsExactly(
            "test.yaml:3:11: plugins[0]: plugin 'z' (type: 'young-scorer') has Alpha stability"
                + " level, but command line flag --allow-experimental-plugins is not set",
            "test.yaml:3:42: plugins[1]: plugin 'a' (type: 'young-scorer') has Alpha stability"
                + " level, but command line flag --allow-experimental-plugins is not set");
    assertThat(
            ConfigurationTest.refusal(
                Gateway.runtime(yaml).pluginCatalog(catalog).allowExperimentalPlugins(true)))
        .isEmpty();
  }

  @Test
  void aTypeThatTwoClaimNamesBoth() {
    Provider twin = new Provider("twin", PluginProvider.Stability.BETA, (p, c) -> new Plugin() {});
    assertThat(
            ConfigurationTest.refusal(
                Gateway.runtime("plugins: [{type: twin}]").pluginCatalog(with(twin, twin))))
        .singleElement()
        .asString()
        .startsWith("test.yaml:3:18: plugins[0].type: plugin type 'twin' is claimed by ")
        .contains(" and by ");
  }

  @Test
  void aFactoryThatThrowsIsAnErrorOfItsPlugin() {
    PluginCatalog catalog =
        with(
            new Provider(
                "broken",
                PluginProvider.Stability.BETA,
                (p, c) -> {
                  throw new IllegalStateException("no luck");
                }));
    assertThat(
            ConfigurationTest.refusal(
                Gateway.runtime(
                        "plugins: [{name: b, type: broken}]",
                        "schedulingProfiles: [{name: d, plugins: [{pluginRef: b}]}]")
                    .pluginCatalog(catalog)))
        .containsExactly(
            "test.yaml:3:11: plugins[0]: failed to create plugin 'b' (type: broken):"
                + " java.lang.IllegalStateException: no luck");
  }

  @Test
  void producersThatNeedEachOtherAreRefused() {
    PluginCatalog catalog =
        with(
            new Provider("chicken", PluginProvider.Stability.BETA, (p, c) -> both(c, "egg")),
            new Provider("egg", PluginProvider.Stability.BETA, (p, c) -> both(c, "chicken")));
    assertThat(
            ConfigurationTest.refusal(
                Gateway.runtime("plugins: [{type: chicken}]").pluginCatalog(catalog)))
        .containsExactly("test.yaml: producers need each other: chicken → egg → chicken");
  }

  private static Plugin both(PluginContext context, String other) {
    context.produces("d");
    context.consumes("d", other, true);
    return (io.igw.spi.DataProducer) (cycle, candidates) -> {};
  }

  @Test
  void severalProfilesRunWithAHandlerOfAStranger() {
    ProfileHandler handler =
        new ProfileHandler() {
          @Override
          public String next(io.igw.spi.Cycle cycle, io.igw.spi.ProfileResults results) {
            return results.ran("b") ? null : "b";
          }

          @Override
          public String merge(io.igw.spi.Cycle cycle, io.igw.spi.ProfileResults results) {
            return "b";
          }
        };
    PluginCatalog catalog =
        with(new Provider("chooser", PluginProvider.Stability.STABLE, (p, c) -> handler));
    try (PickerRuntime runtime =
        Gateway.runtime(
                "plugins: [{type: chooser}, {type: random-picker}]",
                "schedulingProfiles: [{name: a}, {name: b}]")
            .pluginCatalog(catalog)
            .build()) {
      assertThat(runtime.effectiveConfiguration())
          .contains("profile handler chooser", "profile a", "profile b")
          .doesNotContain("plugin single-profile-handler (single-profile-handler)");
    }
  }
}

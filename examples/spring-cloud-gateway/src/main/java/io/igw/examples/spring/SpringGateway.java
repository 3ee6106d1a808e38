package io.igw.examples.spring;

import io.igw.examples.kit.GatewayMain;
import io.igw.examples.kit.RunningGateway;
import io.igw.runtime.PickerRuntime;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** A Spring Cloud Gateway with a {@link PickerFilter}. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringGateway {
  /** Serves; see {@link GatewayMain}. */
  public static void main(String[] arguments) throws InterruptedException {
    GatewayMain.run(arguments, SpringGateway::start);
  }

  static RunningGateway start(PickerRuntime runtime, int port) {
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(SpringGateway.class)
            .web(WebApplicationType.REACTIVE)
            .registerShutdownHook(false)
            .properties(Map.of("server.port", port, "spring.main.banner-mode", "off"))
            .initializers(c -> c.getBeanFactory().registerSingleton("picker", runtime))
            .run();
    String bound = context.getEnvironment().getProperty("local.server.port");
    return RunningGateway.of(Integer.parseInt(Objects.requireNonNull(bound)), context::close);
  }

  /** Where requests go. */
  @Bean
  PickerFilter pickerFilter(PickerRuntime runtime) {
    return new PickerFilter(runtime);
  }

  /** Everything goes to model servers; the filter fills in which. */
  @Bean
  RouteLocator routes(RouteLocatorBuilder builder) {
    return builder.routes().route(r -> r.path("/**").uri("http://picked.invalid")).build();
  }
}

package io.igw.examples.armeria;

import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.Server;
import io.igw.examples.kit.GatewayMain;
import io.igw.examples.kit.RunningGateway;
import io.igw.runtime.PickerRuntime;

/** A gateway of Armeria's server and a client over {@link PickedEndpoint}. */
public final class ArmeriaGateway {
  private ArmeriaGateway() {}

  /** Serves; see {@link GatewayMain}. */
  public static void main(String[] arguments) throws InterruptedException {
    GatewayMain.run(arguments, ArmeriaGateway::start);
  }

  static RunningGateway start(PickerRuntime runtime, int port) {
    WebClient client =
        WebClient.builder(new PickedEndpoint(runtime))
            .responseTimeoutMillis(0)
            .maxResponseLength(0)
            .build();
    Server server =
        Server.builder()
            .http(port)
            .requestTimeoutMillis(0)
            .maxRequestLength(0)
            .serviceUnder(
                "/",
                (ctx, request) -> client.execute(request).recover(broken -> HttpResponse.of(502)))
            .build();
    server.start().join();
    return RunningGateway.of(server.activeLocalPort(), () -> server.stop().join());
  }
}

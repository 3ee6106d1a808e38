package io.igw.examples.vertx;

import io.igw.examples.kit.GatewayMain;
import io.igw.examples.kit.RunningGateway;
import io.igw.runtime.PickerRuntime;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.httpproxy.HttpProxy;

/** A gateway of Vert.x's HTTP proxy with a {@link PickerInterceptor}. */
public final class VertxGateway {
  private VertxGateway() {}

  /** Serves; see {@link GatewayMain}. */
  public static void main(String[] arguments) throws InterruptedException {
    GatewayMain.run(arguments, VertxGateway::start);
  }

  static RunningGateway start(PickerRuntime runtime, int port) {
    Vertx vertx = Vertx.vertx();
    PickerInterceptor picker = new PickerInterceptor(runtime);
    HttpProxy proxy =
        HttpProxy.reverseProxy(vertx.createHttpClient()).origin(picker).addInterceptor(picker);
    HttpServer server = vertx.createHttpServer().requestHandler(proxy).listen(port).await();
    return RunningGateway.of(server.actualPort(), () -> vertx.close().await());
  }
}

package io.igw.extproc.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.igw.extproc.tls.MetricsTls;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** {@code /metrics} over HTTP or HTTPS, on one thread of its own. */
public final class MetricsServer implements AutoCloseable {
  static {
    // How often the JDK's server looks for requests that take too long. Its own default of a second
    // would be a tenth of an idle picker's wake-ups.
    String look = "sun.net.httpserver.timerMillis";
    if (System.getProperty(look) == null) {
      System.setProperty(look, "10000");
    }
  }

  private final HTTPServer server;
  private final ExecutorService thread;

  private MetricsServer(HTTPServer server, ExecutorService thread) {
    this.server = server;
    this.thread = thread;
  }

  /**
   * Binds and serves.
   *
   * @param tls null for plaintext
   * @throws IOException if the port cannot be bound
   */
  public static MetricsServer start(
      InetAddress address, int port, Exposition exposition, @Nullable MetricsTls tls)
      throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(exposition);
    ExecutorService thread =
        Executors.newSingleThreadExecutor(task -> {
          Thread made = new Thread(task, "igw-metrics");
          made.setDaemon(true);
          return made;
        });
    try {
      HTTPServer server =
          HTTPServer.builder()
              .inetAddress(address)
              .port(port)
              .registry(registry)
              .defaultHandler(MetricsServer::otherPath)
              .executorService(thread)
              .httpsConfigurator(tls == null ? null : tls.configurator())
              .buildAndStart();
      return new MetricsServer(server, thread);
    } catch (IOException e) {
      thread.shutdownNow();
      throw e;
    }
  }

  private static void otherPath(HttpExchange exchange) throws IOException {
    boolean root = exchange.getRequestURI().getPath().equals("/");
    byte[] text = (root ? "/metrics\n" : "no such path (expected: /metrics)\n").getBytes(UTF_8);
    exchange.getResponseHeaders().set("content-type", "text/plain; charset=utf-8");
    try (exchange) {
      exchange.sendResponseHeaders(root ? 200 : 404, text.length);
      exchange.getResponseBody().write(text);
    }
  }

  /** The port that is bound. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.stop();
    thread.shutdownNow();
  }
}

package io.igw.runtime.metrics;

import io.igw.api.Endpoint;
import io.igw.spi.Plugin;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where endpoints serve their metrics page, and how it is fetched (data-layer.md 6). The work is
 * done by a {@link MetricsPoller}.
 *
 * <p><b>Threading.</b> Immutable.
 */
public final class MetricsSource implements Plugin {
  /** Type as configuration names it. */
  public static final String TYPE = "metrics-data-source";

  private final String path;
  private final int port;
  private final @Nullable SslContext tls;
  private final Duration interval;
  private final Executor background;

  /**
   * A source.
   *
   * @param path starts with a slash
   * @param port replaces the port of every endpoint; 0: does not
   * @param tls null: plain HTTP
   * @param interval zero: each tick of the poller
   * @param background looks up host names, which may block
   */
  MetricsSource(
      String path, int port, @Nullable SslContext tls, Duration interval, Executor background) {
    this.path = path;
    this.port = port;
    this.tls = tls;
    this.interval = interval;
    this.background = background;
  }

  /** A source of plain HTTP pages on the endpoints' own ports, polled at each tick. */
  public static MetricsSource http(String path, Executor background) {
    return new MetricsSource(path, 0, null, Duration.ZERO, background);
  }

  /** Wanted distance of polls; zero: each tick. */
  public Duration interval() {
    return interval;
  }

  @Nullable SslContext tls() {
    return tls;
  }

  Executor background() {
    return background;
  }

  /** The port of an endpoint's page. */
  int port(Endpoint endpoint) {
    return port == 0 ? endpoint.port() : port;
  }

  /** The request for an endpoint's page, as it goes over the wire. */
  byte[] request(Endpoint endpoint) {
    String text =
        "GET "
            + path
            + " HTTP/1.1\r\nhost: "
            + Endpoint.hostPort(endpoint.host(), port(endpoint))
            + "\r\nuser-agent: igw\r\naccept: text/plain\r\nconnection: keep-alive\r\n\r\n";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}

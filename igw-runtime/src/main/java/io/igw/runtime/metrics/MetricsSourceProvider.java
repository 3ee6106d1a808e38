package io.igw.runtime.metrics;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.File;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes {@link MetricsSource}s. */
public final class MetricsSourceProvider implements PluginProvider {
  private static final Logger log = LoggerFactory.getLogger(MetricsSourceProvider.class);

  /** For ServiceLoader. */
  public MetricsSourceProvider() {}

  @Override
  public String type() {
    return MetricsSource.TYPE;
  }

  @Override
  public String summary() {
    return "polls the metrics pages of model servers";
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    String scheme = parameters.text("scheme", "http");
    if (!scheme.equals("http") && !scheme.equals("https")) {
      parameters.reject("scheme", "http or https; unsupported scheme: " + scheme);
    }
    String path = parameters.text("path", "/metrics");
    if (!path.matches("/[!-~]*")) {
      parameters.reject("path", "an absolute path of visible ASCII characters");
      path = "/metrics";
    }
    int port = parameters.integer("port", 0, 1, 65535);
    Duration interval = parameters.duration("interval", Duration.ZERO);
    SslContext tls = tls(parameters, scheme.equals("https"));
    return new MetricsSource(path, port, tls, interval, context.background());
  }

  /** Reads the TLS parameters, which may stand there unused; null for plain HTTP. */
  private static @Nullable SslContext tls(Parameters p, boolean https) {
    boolean skipVerify = p.flag("insecureSkipVerify", true);
    String authority = p.text("caCertPath", "");
    String certificate = p.text("clientCertPath", "");
    String key = p.text("clientKeyPath", "");
    if (certificate.isEmpty() != key.isEmpty()) {
      p.reject(
          certificate.isEmpty() ? "clientCertPath" : "clientKeyPath",
          "clientCertPath and clientKeyPath together");
      return null;
    }
    if (!https) {
      return null;
    }
    SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
    if (skipVerify) {
      log.warn(
          "{}: insecureSkipVerify is on (the default): certificates are not verified{}",
          MetricsSource.TYPE,
          authority.isEmpty() ? "" : ", caCertPath has no effect");
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
    } else if (!authority.isEmpty()) {
      load(p, "caCertPath", "certificates in PEM", authority, builder::trustManager);
    }
    if (!certificate.isEmpty()) {
      load(
          p,
          "clientCertPath",
          "a certificate chain in PEM, and clientKeyPath its key as PKCS #8 in PEM",
          certificate,
          file -> builder.keyManager(file, new File(key)));
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      p.reject("scheme", "usable TLS settings; " + e.getMessage());
      return null;
    }
  }

  private static void load(
      Parameters p, String key, String expected, String path, Consumer<File> use) {
    try {
      use.accept(new File(path));
    } catch (IllegalArgumentException e) {
      p.reject(key, "a readable file of " + expected + "; " + e.getMessage());
    }
  }
}

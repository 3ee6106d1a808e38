package io.igw.extproc.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.EndpointSnapshot;
import io.igw.extproc.metrics.Exposition;
import io.igw.extproc.metrics.MetricsServer;
import io.igw.extproc.metrics.PrometheusMetrics;
import io.igw.extproc.testing.SteadyLoad;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who can read the metrics port, over real connections. */
@Timeout(240)
class MetricsTlsTest {
  private static final char[] NO_PASSWORD = {};

  @TempDir Path directory;

  private static Identity identity(String name) throws Exception {
    return SelfSigned.create(Instant.now(), List.of(name));
  }

  private Identity write(String name) throws Exception {
    Identity identity = identity(name);
    Files.writeString(directory.resolve("tls.crt"), ServerTlsTest.pem(identity.chain().get(0)));
    Files.writeString(directory.resolve("tls.key"), ServerTlsTest.pem(identity.key()));
    return identity;
  }

  private Path authority(Identity identity) throws Exception {
    return Files.writeString(
        directory.resolve("ca.crt"), ServerTlsTest.pem(identity.chain().get(0)));
  }

  private static MetricsServer serve(MetricsTls tls) throws IOException {
    EndpointSnapshot none = EndpointSnapshot.builder().endpoints(0).build();
    Exposition page =
        new Exposition(
            new PrometheusMetrics(false),
            false,
            "pool",
            1,
            () -> none,
            SteadyLoad.NONE,
            System::nanoTime);
    return MetricsServer.start(InetAddress.getLoopbackAddress(), 0, page, tls);
  }

  private static String read(MetricsServer server, Identity trusted, @Nullable Identity own)
      throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("server", trusted.chain().get(0));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own == null ? null : keys(own), trust.getTrustManagers(), null);
    URI uri = URI.create("https://localhost:" + server.port() + "/metrics");
    return HttpClient.newBuilder()
        .sslContext(context)
        .build()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }

  private static KeyManager[] keys(Identity own) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    Certificate[] chain = own.chain().toArray(new X509Certificate[0]);
    store.setKeyEntry("own", own.key(), NO_PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  @Test
  void thePageIsEncryptedAndNewConnectionsGetTheNewCertificate() throws Exception {
    Identity first = write("first.test");
    MetricsTls tls = MetricsTls.create(directory, null);
    try (MetricsServer server = serve(tls)) {
      assertThat(read(server, first, null)).contains("igw_open_leases 0.0");
      assertThat(tls.reload()).isFalse();
      Identity second = write("second.test");
      assertThat(tls.reload()).isTrue();
      assertThat(read(server, second, null)).contains("igw_open_leases 0.0");
      assertThatThrownBy(() -> read(server, first, null)).isInstanceOf(IOException.class);
      URI plain = URI.create("http://localhost:" + server.port() + "/metrics");
      assertThatThrownBy(() ->
              HttpClient.newHttpClient()
                  .send(HttpRequest.newBuilder(plain).build(), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void onlyClientsOfTheAuthorityReadThePage() throws Exception {
    Identity own = write("picker.test");
    Identity scraper = identity("scraper.test");
    try (MetricsServer server = serve(MetricsTls.create(directory, authority(scraper)))) {
      assertThat(read(server, own, scraper)).contains("igw_open_leases 0.0");
      assertThatThrownBy(() -> read(server, own, null)).isInstanceOf(IOException.class);
      Identity stranger = identity("stranger.test");
      assertThatThrownBy(() -> read(server, own, stranger)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aBrokenReplacementKeepsTheCertificateInUse() throws Exception {
    Identity first = write("a.test");
    MetricsTls tls = MetricsTls.create(directory, null);
    try (MetricsServer server = serve(tls)) {
      Files.writeString(directory.resolve("tls.crt"), "nonsense");
      assertThatThrownBy(tls::reload)
          .isInstanceOf(TlsException.class)
          .hasMessageContaining("tls.crt: broken (expected: certificates in PEM form)");
      assertThat(tls.reload()).isFalse();
      assertThat(read(server, first, null)).contains("igw_open_leases 0.0");
    }
  }

  @Test
  void whatCannotBeReadIsNamed() throws Exception {
    assertThatThrownBy(() -> MetricsTls.create(directory, null))
        .hasMessageContaining("tls.crt: not readable (expected: a directory with tls.crt and");
    write("a.test");
    assertThatThrownBy(() -> MetricsTls.create(directory, directory.resolve("none.crt")))
        .hasMessageContaining("none.crt: not readable (expected: certificates in PEM form)");
    Path empty = Files.writeString(directory.resolve("ca.crt"), "nonsense");
    assertThatThrownBy(() -> MetricsTls.create(directory, empty))
        .hasMessageContaining("ca.crt: broken (expected: certificates in PEM form)");
  }
}

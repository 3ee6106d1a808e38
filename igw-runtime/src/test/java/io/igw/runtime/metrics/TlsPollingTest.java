package io.igw.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Signal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class TlsPollingTest {
  private static final String PAGE = "vllm:num_requests_waiting 3\n";

  @TempDir static Path folder;
  private static TestCertificates certificates;
  private static PageServer server;

  private final PollerRig rig = new PollerRig();

  @BeforeAll
  static void startServer() throws Exception {
    certificates = new TestCertificates(folder);
    server = new PageServer(PageServer.page(PAGE), certificates.serverContext);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void poll(Map<String, Object> tls) {
    Map<String, Object> parameters = new HashMap<>(tls);
    parameters.put("scheme", "https");
    rig.source = (MetricsSource) Created.of(new MetricsSourceProvider(), parameters).plugin();
    rig.join("a", server);
    rig.start();
  }

  @Test
  void certificatesAreNotVerifiedUnlessAskedFor() {
    poll(Map.of());
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    assertThat(rig.metrics.polls).hasValue(0);
  }

  @Test
  void aCertificateOfTheGivenAuthorityIsTrusted() {
    poll(Map.of("insecureSkipVerify", false, "caCertPath", certificates.certificate.toString()));
    Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    assertThat(rig.metrics.polls).hasValue(0);
  }

  @Test
  void anUnknownCertificateIsRefused() {
    poll(Map.of("insecureSkipVerify", false));
    Until.holds("a failure", () -> rig.metrics.polls.get() >= 1);
    assertThat(rig.poller.lastErrors().get(PollerRig.id("a"))).contains("certification path");
  }

  @Test
  void aServerThatWantsAClientCertificateGetsIt() throws Exception {
    try (PageServer strict =
        new PageServer(PageServer.page(PAGE), certificates.serverContext) {
          @Override
          void prepare(java.net.ServerSocket listener) {
            ((SSLServerSocket) listener).setNeedClientAuth(true);
          }
        }) {
      rig.source =
          (MetricsSource)
              Created.of(
                      new MetricsSourceProvider(),
                      Map.of(
                          "scheme", "https",
                          "clientCertPath", certificates.certificate.toString(),
                          "clientKeyPath", certificates.key.toString()))
                  .plugin();
      rig.join("a", strict);
      rig.start();
      Until.holds("a value", () -> rig.value("a", Signal.WAITING_REQUESTS) == 3);
    }
  }
}

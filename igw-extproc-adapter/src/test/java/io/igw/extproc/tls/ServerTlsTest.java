package io.igw.extproc.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.igw.extproc.server.EventLoops;
import io.igw.extproc.server.ExtProcServer;
import io.igw.extproc.stream.StreamHandler;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Messages;
import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules EPP-62 to EPP-65. */
@Timeout(240)
class ServerTlsTest {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  /** More with {@code -Digw.connections=1000}. */
  private static final int CONNECTIONS = Integer.getInteger("igw.connections", 200);

  @TempDir Path directory;

  static String pem(Object object) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          object instanceof PrivateKey key
              ? new PemObject("PRIVATE KEY", key.getEncoded())
              : object);
    }
    return text.toString();
  }

  private Identity write(String name) throws Exception {
    Identity identity = SelfSigned.create(NOW, List.of(name));
    Files.writeString(directory.resolve("tls.crt"), pem(identity.chain().get(0)));
    Files.writeString(directory.resolve("tls.key"), pem(identity.key()));
    return identity;
  }

  @Test
  void selfSignedNamesThisHostForAYear() throws Exception {
    Identity identity = SelfSigned.create(NOW, List.of("pool-epp.default.svc"));
    var certificate = identity.chain().get(0);
    assertThat(certificate.getPublicKey()).isInstanceOf(ECPublicKey.class);
    assertThat(((ECPublicKey) certificate.getPublicKey()).getParams().getOrder().bitLength())
        .isEqualTo(256);
    assertThat(certificate.getNotAfter().toInstant()).isEqualTo(NOW.plus(365, ChronoUnit.DAYS));
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    assertThat(names).anyMatch(n -> n.get(1).equals("localhost"));
    assertThat(names).anyMatch(n -> n.get(1).equals("pool-epp.default.svc"));
    assertThat(names).anyMatch(n -> n.get(1).equals("127.0.0.1"));
    certificate.verify(certificate.getPublicKey());
  }

  @Test
  void theTrustStoreOfTheJdkIsNotRead() throws Exception {
    String property = "javax.net.ssl.trustStore";
    String before = System.getProperty(property);
    System.setProperty(property, Files.writeString(directory.resolve("broken"), "x").toString());
    try {
      assertThatThrownBy(() ->
              TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
                  .init((KeyStore) null))
          .isInstanceOf(KeyStoreException.class);
      assertThat(ServerTls.create(null, NOW, List.of(), "", List.of()).context().isClient())
          .isFalse();
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }

  @Test
  void aVerifyingClientSpeaksH2AndReloadReachesNewConnections() throws Exception {
    Identity first = write("first.test");
    ServerTls tls = ServerTls.create(directory, NOW, List.of(), "", List.of());
    EventLoops loops = new EventLoops(1);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ExtProcServer server =
        ExtProcServer.builder(StreamHandler.CONTINUE, loops)
            .tls(tls.context())
            .start(new InetSocketAddress(loopback, 0))) {
      ManagedChannel open = channel(server.port(), first);
      DataPlane early = new DataPlane(open).send(Messages.post());
      early.next();
      Identity second = write("second.test");
      assertThat(tls.reload()).isTrue();
      assertThat(tls.reload()).isFalse();
      early.send(Messages.body("still here", true));
      early.next();
      ManagedChannel later = channel(server.port(), second);
      new DataPlane(later).send(Messages.post()).next();
      open.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      later.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    loops.close();
  }

  private static ManagedChannel channel(int port, Identity trusted) throws Exception {
    byte[] pem = pem(trusted.chain().get(0)).getBytes(StandardCharsets.US_ASCII);
    return NettyChannelBuilder.forAddress("localhost", port)
        .sslContext(GrpcSslContexts.forClient().trustManager(new ByteArrayInputStream(pem)).build())
        .build();
  }

  /** One gateway opens a connection for every request, each with a whole handshake. */
  @Test
  void everyRequestMayComeOnAConnectionOfItsOwn() throws Exception {
    Identity identity = write("a.test");
    ServerTls tls = ServerTls.create(directory, NOW, List.of(), "", List.of());
    EventLoops loops = new EventLoops(2);
    try (ExtProcServer server =
        ExtProcServer.builder(StreamHandler.CONTINUE, loops)
            .tls(tls.context())
            .start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      for (int i = 0; i < CONNECTIONS; i++) {
        ManagedChannel fresh = channel(server.port(), identity);
        DataPlane plane = new DataPlane(fresh).send(Messages.post(), Messages.body("{}", true));
        plane.next(2);
        assertThat(plane.halfClose().status()).isEqualTo(Status.OK);
        fresh.shutdownNow();
      }
      assertThat(server.drain(TimeUnit.SECONDS.toNanos(60))).isZero();
    }
    loops.close();
  }

  @Test
  void aCertificateIsReplacedUnderAHundredStreams() throws Exception {
    Identity first = write("first.test");
    ServerTls tls = ServerTls.create(directory, NOW, List.of(), "", List.of());
    EventLoops loops = new EventLoops(2);
    List<ManagedChannel> channels = new ArrayList<>();
    try (ExtProcServer server =
        ExtProcServer.builder(StreamHandler.CONTINUE, loops)
            .tls(tls.context())
            .start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      for (int i = 0; i < 10; i++) {
        channels.add(channel(server.port(), first));
      }
      List<DataPlane> streams = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        streams.add(new DataPlane(channels.get(i % 10)).send(Messages.post()));
      }
      for (DataPlane stream : streams) {
        stream.next();
      }
      Identity second = write("second.test");
      assertThat(tls.reload()).isTrue();
      ManagedChannel later = channel(server.port(), second);
      channels.add(later);
      new DataPlane(later).send(Messages.post()).next();
      for (DataPlane stream : streams) {
        stream.send(Messages.body("still here", true));
      }
      for (DataPlane stream : streams) {
        stream.next();
        assertThat(stream.halfClose().status()).isEqualTo(Status.OK);
      }
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
    loops.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void sessionsAreResumed(String protocol) throws Exception {
    ServerTls tls = ServerTls.create(null, NOW, List.of(), "", List.of());
    EventLoops loops = new EventLoops(1);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ExtProcServer server =
        ExtProcServer.builder(StreamHandler.CONTINUE, loops)
            .tls(tls.context())
            .start(new InetSocketAddress(loopback, 0))) {
      SSLContext client = SSLContext.getInstance("TLS");
      client.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
      long first = handshake(client, server.port(), protocol);
      long second = handshake(client, server.port(), protocol);
      assertThat(second).isEqualTo(first);
    }
    loops.close();
  }

  /** When the session was made: the same time twice means that it was resumed. */
  private static long handshake(SSLContext client, int port, String protocol) throws Exception {
    try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("localhost", port)) {
      socket.setEnabledProtocols(new String[] {protocol});
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
      // The server speaks first in HTTP/2; a TLS 1.3 ticket comes before that.
      assertThat(socket.getInputStream().read()).isNotNegative();
      return socket.getSession().getCreationTime();
    }
  }

  @Test
  void aBrokenReplacementKeepsTheCertificateInUse() throws Exception {
    write("a.test");
    ServerTls tls = ServerTls.create(directory, NOW, List.of(), "", List.of());
    Files.writeString(directory.resolve("tls.crt"), "nonsense");
    assertThatThrownBy(tls::reload)
        .isInstanceOf(TlsException.class)
        .hasMessageContaining("tls.crt: broken (expected: certificates in PEM form)");
    assertThat(tls.reload()).isFalse();
    write("b.test");
    assertThat(tls.reload()).isTrue();
  }

  @Test
  void missingAndForeignFilesAreNamed() throws Exception {
    assertThatThrownBy(() -> ServerTls.create(directory, NOW, List.of(), "", List.of()))
        .hasMessageContaining("tls.crt: not readable (expected: a directory with tls.crt and");
    write("a.test");
    Identity other = SelfSigned.create(NOW, List.of());
    Files.writeString(directory.resolve("tls.key"), pem(other.key()));
    assertThatThrownBy(() -> ServerTls.create(directory, NOW, List.of(), "", List.of()))
        .hasMessageContaining("tls.key: another key (expected: the key of tls.crt)");
    Files.writeString(directory.resolve("tls.key"), "nonsense");
    assertThatThrownBy(() -> ServerTls.create(directory, NOW, List.of(), "", List.of()))
        .hasMessageContaining("tls.key: broken (expected: an unencrypted private key");
  }

  @Test
  void versionsAndSuitesAreChecked() throws Exception {
    assertThatThrownBy(() -> ServerTls.create(null, NOW, List.of(), "VersionTLS9", List.of()))
        .hasMessageContaining("expected: one of VersionTLS10");
    ServerTls modern =
        ServerTls.create(
            null,
            NOW,
            List.of(),
            "VersionTLS12",
            List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
    assertThat(modern.context().cipherSuites().toString()).contains("ECDSA");
    ServerTls.create(null, NOW, List.of(), "VersionTLS13", List.of());
  }
}

package io.igw.extproc.tls;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the ext-proc port: ALPN {@code h2}, session resumption on (rules EPP-62 to EPP-65).
 *
 * <p><b>Threading.</b> {@link #reload} from one thread; the context from any.
 */
public final class ServerTls {
  private static final List<String> VERSIONS =
      List.of("VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13");
  private static final List<String> PROTOCOLS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

  private final @Nullable PemFiles files;
  private final List<String> protocols;
  private final List<String> ciphers;
  private final ReplaceableSslContext context;
  private String loaded;

  private ServerTls(
      @Nullable PemFiles files,
      Identity identity,
      String loaded,
      List<String> protocols,
      List<String> ciphers)
      throws TlsException {
    this.files = files;
    this.loaded = loaded;
    this.protocols = protocols;
    this.ciphers = ciphers;
    this.context = new ReplaceableSslContext(build(identity));
  }

  /**
   * TLS with the files of {@code certPath}, or self-signed for {@code names} if that is null.
   *
   * @param minVersion {@code VersionTLS10} to {@code VersionTLS13}, empty for TLS 1.2
   * @param ciphers names of suites up to TLS 1.2, empty for the defaults
   */
  public static ServerTls create(
      @Nullable Path certPath,
      Instant now,
      Collection<String> names,
      String minVersion,
      List<String> ciphers)
      throws TlsException {
    List<String> protocols = protocols(minVersion);
    if (certPath == null) {
      return new ServerTls(null, SelfSigned.create(now, names), "", protocols, ciphers);
    }
    PemFiles files = new PemFiles(certPath);
    return new ServerTls(files, files.load(), files.text(), protocols, ciphers);
  }

  private static List<String> protocols(String minVersion) throws TlsException {
    int from = minVersion.isEmpty() ? 2 : VERSIONS.indexOf(minVersion);
    if (from < 0) {
      throw new TlsException(
          "--tls-min-version: "
              + minVersion
              + " (expected: one of "
              + String.join(", ", VERSIONS)
              + ")");
    }
    return PROTOCOLS.subList(from, PROTOCOLS.size());
  }

  private SslContext build(Identity identity) throws TlsException {
    try {
      SslContextBuilder builder =
          GrpcSslContexts.configure(
                  SslContextBuilder.forServer(
                      identity.key(), identity.chain().toArray(new X509Certificate[0])))
              .trustManager(new NobodyTrusted())
              .protocols(protocols);
      if (!ciphers.isEmpty()) {
        builder.ciphers(ciphers);
      }
      return builder.build();
    } catch (SSLException | RuntimeException e) {
      throw new TlsException(
          String.format(Locale.ROOT, "TLS with %s %s: %s", protocols, ciphers, e.getMessage()), e);
    }
  }

  /** The context for the server. */
  public SslContext context() {
    return context;
  }

  /**
   * Looks at the files again; new connections get what is there now.
   *
   * @return whether something changed
   * @throws TlsException if the files are broken: the certificate in use stays
   */
  public boolean reload() throws TlsException {
    if (files == null) {
      return false;
    }
    String now = files.text();
    if (now.equals(loaded)) {
      return false;
    }
    // Kept even if broken: one complaint per change.
    loaded = now;
    context.replace(build(files.load()));
    return true;
  }
}

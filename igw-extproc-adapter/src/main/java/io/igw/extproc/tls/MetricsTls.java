package io.igw.extproc.tls;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the metrics port: 1.2 and newer, with files that may be replaced; where an authority is
 * given, for clients that show a certificate of it (observability.md 2).
 *
 * <p><b>Threading.</b> {@link #reload} from one thread; the configurator from any.
 */
public final class MetricsTls {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final PemFiles files;
  private final ReplaceableKeys keys;
  private final HttpsConfigurator configurator;
  private String loaded;

  private MetricsTls(PemFiles files, @Nullable Path clientAuthorities) throws TlsException {
    this.files = files;
    this.loaded = files.text();
    this.keys = new ReplaceableKeys(files.load());
    TrustManager @Nullable [] trusted =
        clientAuthorities == null ? null : trusted(clientAuthorities);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, trusted, null);
      this.configurator = configurator(context, trusted != null);
    } catch (GeneralSecurityException e) {
      throw new TlsException("TLS of the metrics port: " + e.getMessage(), e);
    }
  }

  /**
   * TLS with {@code tls.crt} and {@code tls.key} of a directory.
   *
   * @param clientAuthorities PEM file of those who sign client certificates, read once; null:
   *     clients need none
   */
  public static MetricsTls create(Path directory, @Nullable Path clientAuthorities)
      throws TlsException {
    return new MetricsTls(new PemFiles(directory), clientAuthorities);
  }

  private static TrustManager[] trusted(Path file) throws TlsException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (X509Certificate authority : PemFiles.authorities(file)) {
        store.setCertificateEntry(Integer.toString(store.size()), authority);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsException(file + ": " + e.getMessage(), e);
    }
  }

  private static HttpsConfigurator configurator(SSLContext context, boolean certificateNeeded) {
    return new HttpsConfigurator(context) {
      @Override
      public void configure(HttpsParameters connection) {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setNeedClientAuth(certificateNeeded);
        connection.setSSLParameters(parameters);
      }
    };
  }

  /** For the server. */
  public HttpsConfigurator configurator() {
    return configurator;
  }

  /**
   * Looks at the certificate and its key again; new connections get what is there now.
   *
   * @return whether something changed
   * @throws TlsException if the files are broken: the certificate in use stays
   */
  public boolean reload() throws TlsException {
    String now = files.text();
    if (now.equals(loaded)) {
      return false;
    }
    // Kept even if broken: one complaint per change.
    loaded = now;
    keys.replace(files.load());
    return true;
  }
}

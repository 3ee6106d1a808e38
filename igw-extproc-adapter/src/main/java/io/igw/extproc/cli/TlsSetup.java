package io.igw.extproc.cli;

import io.igw.extproc.tls.MetricsTls;
import io.igw.extproc.tls.ServerTls;
import io.igw.extproc.tls.TlsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS as the flags describe it. */
final class TlsSetup {
  private TlsSetup() {}

  /** Null for plaintext. */
  static @Nullable ServerTls create(Settings settings) throws TlsException {
    if (!settings.get(Flags.SECURE_SERVING)) {
      return null;
    }
    String path = settings.get(Flags.CERT_PATH);
    return ServerTls.create(
        path.isEmpty() ? null : Path.of(path),
        Instant.now(),
        serviceNames(settings),
        settings.get(Flags.TLS_MIN_VERSION),
        settings.get(Flags.TLS_CIPHERS));
  }

  /** TLS of the metrics port, null for plaintext. */
  static @Nullable MetricsTls metrics(Settings settings) throws TlsException {
    String directory = settings.get(Flags.METRICS_CERT_DIR);
    String authorities = settings.get(Flags.METRICS_CLIENT_CA);
    return directory.isEmpty()
        ? null
        : MetricsTls.create(
            Path.of(directory), authorities.isEmpty() ? null : Path.of(authorities));
  }

  /** Names under which a Service may reach this picker. */
  private static List<String> serviceNames(Settings settings) {
    List<String> names = new ArrayList<>();
    String pool = settings.get(Flags.POOL_NAME);
    String namespace = settings.poolNamespace();
    if (!pool.isEmpty()) {
      for (String service : List.of(pool, pool + "-epp")) {
        names.add(service);
        names.add(service + "." + namespace);
        names.add(service + "." + namespace + ".svc");
        names.add(service + "." + namespace + ".svc.cluster.local");
      }
    }
    return names;
  }
}

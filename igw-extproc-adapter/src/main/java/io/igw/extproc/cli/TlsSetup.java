package io.igw.extproc.cli;

import io.igw.extproc.tls.ServerTls;
import io.igw.extproc.tls.TlsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** TLS as the flags describe it. */
final class TlsSetup {
  private TlsSetup() {}

  /** Null for plaintext. */
  static @Nullable ServerTls create(Settings settings, Map<String, String> environment)
      throws TlsException {
    if (!settings.get(Flags.SECURE_SERVING)) {
      return null;
    }
    String path = settings.get(Flags.CERT_PATH);
    return ServerTls.create(
        path.isEmpty() ? null : Path.of(path),
        Instant.now(),
        serviceNames(settings, environment),
        settings.get(Flags.TLS_MIN_VERSION),
        settings.get(Flags.TLS_CIPHERS));
  }

  /** Names under which a Service may reach this picker. */
  private static List<String> serviceNames(Settings settings, Map<String, String> environment) {
    List<String> names = new ArrayList<>();
    String pool = settings.get(Flags.POOL_NAME);
    String given = settings.get(Flags.POOL_NAMESPACE);
    String namespace = given.isEmpty() ? environment.getOrDefault("NAMESPACE", "default") : given;
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

package io.igw.extproc.cli;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.igw.extproc.tls.ServerTls;
import io.igw.extproc.tls.TlsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Makes the certificate and loads the TLS library beside the rest of the start, which needs neither
 * for a while.
 */
final class TlsSetup {
  private final FutureTask<@Nullable ServerTls> task;

  private TlsSetup(FutureTask<@Nullable ServerTls> task) {
    this.task = task;
  }

  static TlsSetup begin(Settings settings, Map<String, String> environment) {
    FutureTask<@Nullable ServerTls> task =
        new FutureTask<>(() -> {
          // The message classes as well: the first stream need not wait for them.
          ProcessingRequest.getDescriptor();
          return create(settings, environment);
        });
    Thread thread = new Thread(task, "igw-start");
    thread.setDaemon(true);
    thread.start();
    return new TlsSetup(task);
  }

  /** Null for plaintext. */
  @Nullable ServerTls await() throws StartupException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartupException("interrupted");
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new StartupException(Objects.toString(cause.getMessage(), cause.toString()));
    }
  }

  private static @Nullable ServerTls create(Settings settings, Map<String, String> environment)
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

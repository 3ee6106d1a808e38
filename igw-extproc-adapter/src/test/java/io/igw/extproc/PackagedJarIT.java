package io.igw.extproc;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.metadataPick;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.igw.extproc.health.v1.HealthCheckRequest;
import io.igw.extproc.health.v1.HealthCheckResponse.ServingStatus;
import io.igw.extproc.health.v1.HealthGrpc;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Jdks;
import io.igw.extproc.testing.PoolFiles;
import io.igw.extproc.testing.Recorder;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The packaged jar as its users start it: {@code java -jar}, with nothing else. */
@Timeout(600)
class PackagedJarIT {
  private static final Pattern READY =
      Pattern.compile(
          ".*ready: ext-proc on port (\\d+) \\((TLS|plaintext)\\), health on (\\d+),"
              + " metrics on (\\d+);.*");
  private static final Pattern OWN_LOG =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ (INFO|WARN|DEBUG) \\S+ - .*");

  /** From 21 on the JDK logs who ended it, with a stack trace, at DEBUG. */
  private static final Pattern EXIT_EVENT =
      Pattern.compile("java\\.lang\\.Throwable: Runtime\\.exit\\(\\d+\\)|\tat .*");

  private static final Path OWN_JAVA = Jdks.own();

  @TempDir Path directory;

  private Path javaHome = OWN_JAVA;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final LinkedBlockingQueue<Matcher> ready = new LinkedBlockingQueue<>();
  private @Nullable Process process;
  private @Nullable ManagedChannel channel;

  @AfterEach
  void stop() throws InterruptedException {
    if (channel != null) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process start(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Jdks.java(javaHome).toString());
    command.add("-jar");
    command.add(System.getProperty("igw.jar"));
    command.addAll(Arrays.asList(args));
    Process started = new ProcessBuilder(command).start();
    process = started;
    Thread reader =
        new Thread(() -> {
          BufferedReader lines =
              new BufferedReader(
                  new InputStreamReader(started.getErrorStream(), StandardCharsets.UTF_8));
          try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              log.add(line);
              Matcher matcher = READY.matcher(line);
              if (matcher.matches()) {
                ready.add(matcher);
              }
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    reader.setDaemon(true);
    reader.start();
    return started;
  }

  private int[] serve(String... more) throws Exception {
    List<String> args = new ArrayList<>();
    args.addAll(List.of("epp", "--grpc-port=0", "--grpc-health-port=0", "--metrics-port", "0"));
    args.addAll(List.of(more));
    start(args.toArray(new String[0]));
    Matcher matcher = ready.poll(120, TimeUnit.SECONDS);
    assertThat(matcher).as("ready line in %s", log).isNotNull();
    return new int[] {
      Integer.parseInt(matcher.group(1)),
      Integer.parseInt(matcher.group(3)),
      Integer.parseInt(matcher.group(4))
    };
  }

  private int exitCode() throws Exception {
    Process started = process;
    assertThat(started).isNotNull();
    assertThat(started.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return started.exitValue();
  }

  /** The JVM of the tests, and a JDK 25 beside it if there is one. */
  static Stream<Arguments> javaHomes() throws IOException {
    List<Arguments> all = new ArrayList<>();
    all.add(Arguments.of(true, OWN_JAVA));
    all.add(Arguments.of(false, OWN_JAVA));
    if (Runtime.version().feature() != 25) {
      Jdks.jdk25().ifPresent(home -> all.add(Arguments.of(true, home)));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("javaHomes")
  void servesAnExchangeAndStopsOnSigterm(boolean secure, Path home) throws Exception {
    javaHome = home;
    Path config = PoolFiles.write(directory, "127.9.0.1:8000");
    int[] ports =
        serve("--config-file", config.toString(), "--secure-serving=" + secure, "-v", "4");
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress("localhost", ports[0]);
    channel =
        secure
            ? builder
                .sslContext(
                    GrpcSslContexts.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .build())
                .build()
            : builder.usePlaintext().build();
    DataPlane plane = new DataPlane(channel);
    String json = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    plane.send(post(), body(json, false), body("", true));
    var replies = plane.next(2);
    assertThat(metadataPick(replies.get(0))).isEqualTo("127.9.0.1:8000");
    assertThat(Recorder.joined(replies).toStringUtf8()).isEqualTo(json);
    plane.send(responseHeaders(false), responseBody("{}", true));
    plane.next(2);
    plane.cancel();

    assertThat(health(ports[1], "readiness")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(ports[1], "liveness")).isEqualTo(ServingStatus.SERVING);
    String page =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports[2] + "/metrics"))
                    .build(),
                BodyHandlers.ofString())
            .body();
    assertThat(page).contains("llm_d_epp_request_total{").contains("model_name=\"m\"");

    Process running = process;
    assertThat(running).isNotNull();
    // Process.destroy would close our end of the log too.
    running.toHandle().destroy();
    assertThat(exitCode()).isZero();
    assertThat(log).anyMatch(line -> line.contains("0 streams cut"));
    assertThat(log)
        .filteredOn(line -> line.contains(" decision "))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("request=r-1 model=m endpoint=127.9.0.1:8000 total=", "queue-scorer=");
    assertThat(log)
        .allMatch(line -> OWN_LOG.matcher(line).matches() || EXIT_EVENT.matcher(line).matches());
  }

  private static ServingStatus health(int port, String service) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build();
    try {
      return HealthGrpc.newBlockingStub(channel)
          .check(HealthCheckRequest.newBuilder().setService(service).build())
          .getStatus();
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void whoWatchesReadinessHearsOfTheEndWhileTheServerStillServes() throws Exception {
    Path config = PoolFiles.write(directory, "127.9.0.1:8000");
    int[] ports = serve("--config-file", config.toString(), "--secure-serving=false");
    long readyNanos = System.nanoTime();
    channel = NettyChannelBuilder.forAddress("localhost", ports[1]).usePlaintext().build();
    var watch =
        HealthGrpc.newBlockingStub(channel)
            .watch(HealthCheckRequest.newBuilder().setService("readiness").build());
    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    // Just after a tick, which comes every second: the next would be too late.
    LockSupport.parkNanos(readyNanos + TimeUnit.MILLISECONDS.toNanos(1100) - System.nanoTime());
    Process running = process;
    assertThat(running).isNotNull();
    running.toHandle().destroy();
    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(exitCode()).isZero();
  }

  @Test
  void badFlagsAreAllNamedAndTheExitCodeIsTwo() throws Exception {
    start("--grpc-port", "x", "--tracing=maybe");
    assertThat(exitCode()).isEqualTo(2);
    assertThat(String.join("\n", log))
        .contains("--grpc-port: x (expected: a port")
        .contains("--tracing: maybe (expected: true or false)");
  }

  @Test
  void aTakenPortABrokenCertificateAndABrokenConfigurationAreOneClearLine() throws Exception {
    Path config = PoolFiles.write(directory, "127.9.0.1:8000");
    try (ServerSocket taken = new ServerSocket(0)) {
      String port = Integer.toString(taken.getLocalPort());
      start("--grpc-port", port, "--config-file", config.toString(), "--secure-serving=false");
      assertThat(exitCode()).isEqualTo(1);
      assertThat(log).anyMatch(line -> line.startsWith("igw: --grpc-port: " + port));
    }
    log.clear();
    start("--cert-path", directory.toString(), "--config-file", config.toString());
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log).anyMatch(line -> line.contains("tls.crt: not readable (expected: a dir"));
    log.clear();
    Path broken = Files.writeString(directory.resolve("broken.yaml"), "plugins: [{type: nope}]\n");
    start("--config-file", broken.toString());
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log).isNotEmpty().allMatch(line -> line.startsWith("igw: "));
    log.clear();
    Path objects = Files.writeString(directory.resolve("objects.yaml"), "kind: InferencePool\n");
    start("--config-file", broken.toString(), "--resources", objects.toString());
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log)
        .anyMatch(line -> line.contains("objects.yaml:1:7: kind: 'InferencePool' (expected: "))
        .anyMatch(line -> line.contains("broken.yaml:1:"))
        .allMatch(line -> line.startsWith("igw: "));
  }

  @Test
  void withoutDiscoveryTheWayToConfigureItIsNamed() throws Exception {
    start("--pool-name", "pool");
    assertThat(exitCode()).isEqualTo(1);
    assertThat(String.join("\n", log)).contains("Kubernetes").contains("file-discovery");
  }

  /**
   * The plugin guide's scorer, built by its own project, in a folder beside a file that is none.
   */
  @Test
  void aPluginJarInAFolderChangesDecisions() throws Exception {
    Path jar =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.contains("example-plugin"))
            .map(Path::of)
            .findFirst()
            .orElseThrow();
    Path folder = Files.createDirectory(directory.resolve("plugins"));
    Files.copy(jar, folder.resolve("example-plugin.jar"));
    Files.writeString(folder.resolve("broken.jar"), "no jar");
    Path config = PoolFiles.write(directory, "127.9.0.1:8000", "127.9.0.2:8000", "127.9.0.3:8000");
    String text = Files.readString(config).replace("queue-scorer", "prefer-named-scorer");
    Files.writeString(config, text);
    int[] ports =
        serve("--config-file=" + config, "--plugins-dir=" + folder, "--secure-serving=false");
    channel = NettyChannelBuilder.forAddress("localhost", ports[0]).usePlaintext().build();
    String name = text(directory.resolve("endpoints.yaml"), "name: (\\S+), address: \"127.9.0.3");
    for (int i = 0; i < 10; i++) {
      DataPlane plane = new DataPlane(channel);
      plane.send(
          post("x-prefer", name),
          body("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", true));
      assertThat(metadataPick(plane.next(2).get(0))).isEqualTo("127.9.0.3:8000");
      plane.cancel();
    }
    assertThat(log).anyMatch(line -> line.contains("broken.jar cannot be read"));
  }

  private static String text(Path file, String pattern) throws IOException {
    Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  @Test
  void theLibraryForEmbeddersIsSmall() throws Exception {
    long bytes = 0;
    for (String module : List.of("igw-api", "igw-scheduler")) {
      Path target = Path.of("..", module, "target");
      try (Stream<Path> files = Files.list(target)) {
        Path jar =
            files
                .filter(file ->
                    file.getFileName()
                        .toString()
                        .matches(module + "-[0-9.]+[^-]*(-SNAPSHOT)?[.]jar"))
                .findFirst()
                .orElseThrow();
        bytes += Files.size(jar);
      }
    }
    assertThat(bytes).as("igw-api and igw-scheduler, bytes").isBetween(100_000L, 400_000L);
  }

  @Test
  void versionAndHelp() throws Exception {
    Process version = start("--version");
    assertThat(version.inputReader(StandardCharsets.UTF_8).readLine()).startsWith("igw 0.");
    assertThat(exitCode()).isZero();
    Process help = start("epp", "--help");
    assertThat(help.inputReader(StandardCharsets.UTF_8).lines())
        .anyMatch(line -> line.contains("--max-request-body-bytes"));
    assertThat(exitCode()).isZero();
    assertThat(log).isEmpty();
  }
}

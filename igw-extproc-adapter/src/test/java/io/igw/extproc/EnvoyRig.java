package io.igw.extproc;

import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServer;
import io.igw.simulator.ModelServers;
import io.igw.simulator.envoy.EnvoyBootstrap;
import io.igw.simulator.envoy.EnvoyProcess;
import io.igw.simulator.envoy.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** The real Envoy before the packaged jar before model servers, each started and ended here. */
final class EnvoyRig implements AutoCloseable {
  static final String CHAT = "/v1/chat/completions";

  /** Of the configuration: what reads prompts, and what looks at the load. */
  static final String QUEUE_AND_PREFIX =
      """
      - {type: queue-scorer}
      - {type: prefix-cache-scorer}
      """;

  private final Path directory;
  private final List<String> pickerFlags;
  private final boolean tls;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int[] ports = FreePorts.find(5);
  private final ModelServers servers;
  private Process picker;
  private final EnvoyProcess envoy;

  private EnvoyRig(
      Path binary,
      Path directory,
      int count,
      EngineSettings settings,
      String plugins,
      List<String> flags,
      BiFunction<EnvoyBootstrap, ModelServers, EnvoyBootstrap> bootstrap)
      throws IOException, InterruptedException {
    this.directory = directory;
    this.pickerFlags = flags;
    servers = ModelServers.start(count, settings);
    writeEndpoints(servers.servers());
    Files.writeString(
        directory.resolve("config.yaml"),
        """
        apiVersion: llm-d.ai/v1alpha1
        kind: EndpointPickerConfig
        plugins:
        - {name: files, type: file-discovery, parameters: {path: %s, watchFile: true}}
        %sdataLayer:
          discovery: {pluginRef: files}
        """
            .formatted(directory.resolve("endpoints.yaml"), plugins));
    EnvoyBootstrap applied =
        bootstrap.apply(EnvoyBootstrap.of(ports[0], ports[1], ports[2]), servers);
    tls = applied.tlsToPicker();
    picker = newPicker();
    envoy = EnvoyProcess.start(binary, applied, directory);
  }

  /**
   * Starts everything and waits until it serves. Skips the test where no Envoy is installed.
   *
   * @param plugins lines of the configuration below {@code plugins}
   * @param pickerFlags beside those of ports and configuration; what begins with -X is the JVM's
   */
  static EnvoyRig start(
      Path directory, int servers, EngineSettings settings, String plugins, String... pickerFlags)
      throws Exception {
    return start(directory, servers, settings, plugins, (b, live) -> b, pickerFlags);
  }

  /** As the other, with another bootstrap of Envoy. */
  static EnvoyRig start(
      Path directory,
      int servers,
      EngineSettings settings,
      String plugins,
      UnaryOperator<EnvoyBootstrap> bootstrap,
      String... pickerFlags)
      throws Exception {
    return start(
        directory, servers, settings, plugins, (b, live) -> bootstrap.apply(b), pickerFlags);
  }

  /** As the other; the bootstrap may name the model servers. */
  static EnvoyRig start(
      Path directory,
      int servers,
      EngineSettings settings,
      String plugins,
      BiFunction<EnvoyBootstrap, ModelServers, EnvoyBootstrap> bootstrap,
      String... pickerFlags)
      throws Exception {
    Optional<Path> binary = EnvoyProcess.find();
    Assumptions.assumeTrue(
        binary.isPresent(), "no Envoy found: run scripts/install-envoy for the end-to-end tests");
    EnvoyRig rig =
        new EnvoyRig(
            binary.orElseThrow(),
            directory,
            servers,
            settings,
            plugins,
            List.of(pickerFlags),
            bootstrap);
    await(() -> rig.send(rig.get("/v1/models")).statusCode() == 200);
    return rig;
  }

  /** A policy of Envoy's that takes the server which the picker names. */
  static EnvoyBootstrap overrideHost(EnvoyBootstrap bootstrap, ModelServers servers) {
    return bootstrap.withOverrideHost(
        servers.servers().stream().map(ModelServer::hostPort).toList());
  }

  /** The picker's endpoints from now on; it notices by itself. */
  void writeEndpoints(List<ModelServer> live) throws IOException {
    writeAddresses(live.stream().map(ModelServer::hostPort).toList());
  }

  /** The same with servers of another kind, each {@code ip:port}. */
  void writeAddresses(List<String> live) throws IOException {
    String entries =
        live.stream()
            .map(s -> s.split(":"))
            .map(s -> "- {name: s%s, address: %s, port: \"%s\"}\n".formatted(s[1], s[0], s[1]))
            .collect(Collectors.joining());
    replace(
        directory.resolve("endpoints.yaml"),
        "endpoints:" + (live.isEmpty() ? " []\n" : "\n" + entries));
  }

  /** Nobody reads a half of it. */
  static void replace(Path file, String content) throws IOException {
    Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), content);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Process newPicker() throws IOException {
    List<String> command =
        PickerClasses.command(pickerFlags.stream().filter(EnvoyRig::ofJvm).toList());
    command.addAll(
        List.of(
            "--config-file=" + directory.resolve("config.yaml"),
            "--secure-serving=" + tls,
            "--grpc-port=" + ports[2],
            "--grpc-health-port=" + ports[3],
            "--metrics-port=" + ports[4]));
    pickerFlags.stream().filter(flag -> !ofJvm(flag)).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("picker.log").toFile()))
        .start();
  }

  private static boolean ofJvm(String flag) {
    return flag.startsWith("-X");
  }

  void killPicker() throws InterruptedException {
    picker.destroyForcibly().waitFor();
  }

  void startPicker() throws IOException {
    picker = newPicker();
  }

  /** The picker's process stands still: connections stay open and nothing is answered. */
  void stopPicker() throws Exception {
    signal("STOP");
  }

  /** It goes on where it stood. */
  void resumePicker() throws Exception {
    signal("CONT");
  }

  private void signal(String name) throws Exception {
    String[] command = {"kill", "-" + name, Long.toString(picker.pid())};
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
  }

  /** Resident memory of the picker's process, in kB. */
  long pickerResident() throws IOException {
    Path status = Path.of("/proc", Long.toString(picker.pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  /** What the picker's heap holds after a full collection: classes by bytes, the sum in the end. */
  List<String> pickerObjects() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process asked =
        new ProcessBuilder(jcmd.toString(), Long.toString(picker.pid()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    List<String> lines = asked.inputReader().lines().toList();
    assertThat(asked.waitFor()).as(String.join("\n", lines)).isZero();
    return lines;
  }

  /** Everything that the pickers have logged. */
  String pickerLog() throws IOException {
    return Files.readString(directory.resolve("picker.log"));
  }

  ModelServers servers() {
    return servers;
  }

  EnvoyProcess envoy() {
    return envoy;
  }

  /** Where clients connect. */
  int port() {
    return ports[0];
  }

  int adminPort() {
    return ports[1];
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports[0] + path));
  }

  HttpRequest get(String path) {
    return to(path).build();
  }

  HttpRequest post(String body) {
    return to(CHAT)
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  HttpRequest chat(String model, String prompt, boolean stream) {
    return post(chatBody(model, prompt, stream, 3));
  }

  static String chatBody(String model, String prompt, boolean stream, int tokens) {
    return "{\"model\":\"%s\",\"stream\":%s,\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
        .formatted(model, stream, tokens, prompt);
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  HttpClient client() {
    return client;
  }

  /** The server that answered a request with 200. */
  static String servedBy(HttpResponse<?> response) {
    assertThat(response.statusCode()).as(String.valueOf(response.body())).isEqualTo(200);
    return response.headers().firstValue("x-served-by").orElseThrow();
  }

  /** The value of the picker's metric without labels. */
  double metric(String name) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports[4] + "/metrics")).build();
    return send(request)
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }

  /** The sum of the picker's metric over its labels. */
  double metricSum(String name) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports[4] + "/metrics")).build();
    return send(request)
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Envoy has done all that the picker asked for. */
  void assertAllMutationsTaken() throws IOException {
    assertThat(envoy.admin("/stats?filter=rejected_header_mutations"))
        .doesNotContainPattern("rejected_header_mutations: [1-9]");
  }

  /** Events come at once, and the lease lasts as long as they do. */
  void breaksOffAStreamThatHasBegun() throws Exception {
    HttpResponse<InputStream> response =
        client.send(chat("base-model", "a", true), BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      assertThat(new String(body.readNBytes(6), StandardCharsets.US_ASCII)).isEqualTo("data: ");
      assertThat(metric("igw_open_leases")).isEqualTo(1);
    }
    await(() -> metric("igw_open_leases") == 0);
  }

  @Override
  public void close() {
    envoy.close();
    picker.destroyForcibly().onExit().join();
    servers.close();
  }
}

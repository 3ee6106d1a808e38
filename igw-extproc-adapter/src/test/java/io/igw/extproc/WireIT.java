package io.igw.extproc;

import static io.igw.extproc.testing.Until.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.extproc.testing.ClientHeaders;
import io.igw.extproc.testing.Upstream;
import io.igw.simulator.EngineSettings;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a model server receives and a client gets back, byte for byte, with TLS between Envoy and a
 * picker that has no certificate but its own (rules EPP-36, EPP-37, EPP-42, EPP-62).
 */
@Timeout(600)
@TestInstance(Lifecycle.PER_CLASS)
class WireIT {
  private static final String DESTINATION = "x-gateway-destination-endpoint";
  private static final int MIB = 1 << 20;

  private @Nullable EnvoyRig rig;
  private Upstream upstream;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    EnvoyRig started =
        EnvoyRig.start(
            directory,
            1,
            EngineSettings.defaults(),
            "- {type: prefix-cache-scorer}\n",
            bootstrap -> bootstrap.withTls(true));
    rig = started;
    upstream = new Upstream();
    started.writeAddresses(List.of(upstream.hostPort()));
    await(() ->
        EnvoyRig.servedBy(started.send(started.get("/v1/models"))).equals(upstream.hostPort()));
  }

  @AfterAll
  void stop() throws Exception {
    EnvoyRig ended = rig;
    if (ended == null) {
      return;
    }
    try {
      await(() -> ended.metric("igw_open_leases") == 0 && ended.metric("igw_held_body_bytes") == 0);
      assertThat(ended.pickerLog()).contains("(TLS)").doesNotContain("OutOfMemory");
      assertThat(ended.metric("igw_stream_faults_total")).isZero();
      assertThat(ended.envoy().admin("/stats?filter=cluster.picker.ssl.handshake"))
          .containsPattern("handshake: [1-9]");
      assertThat(ended.envoy().admin("/stats?filter=rejected_header_mutations"))
          .doesNotContainPattern("rejected_header_mutations: [1-9]");
    } finally {
      upstream.close();
      ended.close();
    }
  }

  private static byte[] chat(int bytes) {
    String whole = EnvoyRig.chatBody("base-model", "@", false, 3);
    String prompt = "word ".repeat(bytes / 5 + 1).substring(0, bytes + 1 - whole.length());
    return whole.replace("@", prompt).getBytes(StandardCharsets.UTF_8);
  }

  /** Rules EPP-36 and EPP-37, on ways with and without a parser, with and without a body. */
  @ParameterizedTest
  @CsvSource({
    "POST, /v1/chat/completions?control",
    "POST, /v9/nobody-reads-this?control",
    "GET, /v1/models?control",
    "DELETE, /v1/responses/1?control",
  })
  void controlHeadersOfTheClientEndAtTheGateway(String method, String target) throws Exception {
    byte[] body = method.equals("POST") ? chat(500) : new byte[0];
    HttpRequest.Builder request =
        rig.to(target)
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    ClientHeaders.removed().stream()
        .filter(name -> !name.endsWith("model-name-rewrite"))
        .forEach(name -> request.header(name, "100"));
    request.header(DESTINATION, "127.0.0.1:" + rig.adminPort());
    request.header("x-client", "stays");
    HttpResponse<String> response = rig.send(request.build());
    assertThat(response.statusCode()).isEqualTo(200);
    List<Upstream.Seen> seen = upstream.seen(target);
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).headers())
        .doesNotContainKeys(ClientHeaders.removed().toArray(new String[0]))
        .containsEntry(DESTINATION, List.of(upstream.hostPort()))
        .containsEntry("x-client", List.of("stays"));
    assertThat(response.headers().map().keySet())
        .doesNotContainAnyElementsOf(ClientHeaders.removed())
        .doesNotContain(DESTINATION);
  }

  @Test
  void theModelThatTheClientNamesIsAllThatChanges() throws Exception {
    byte[] body = chat(500);
    HttpRequest request =
        rig.to(EnvoyRig.CHAT + "?rewrite")
            .header("x-gateway-model-name-rewrite", "a-longer-name")
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    String changed =
        new String(body, StandardCharsets.UTF_8).replace("base-model", "a-longer-name");
    assertThat(rig.send(request).body())
        .isEqualTo(Upstream.digest(changed.getBytes(StandardCharsets.UTF_8)));
    assertThat(upstream.seen(EnvoyRig.CHAT + "?rewrite").get(0).headers())
        .doesNotContainKeys("x-gateway-model-name-rewrite");
  }

  @Test
  void whatIsRefusedReachesNoServer() throws Exception {
    String target = EnvoyRig.CHAT + "?refused";
    HttpRequest request =
        rig.to(target)
            .header(DESTINATION, upstream.hostPort())
            .POST(BodyPublishers.ofString("{\"model\":"))
            .build();
    assertThat(rig.send(request).statusCode()).isEqualTo(400);
    assertThat(upstream.seen(target)).isEmpty();
  }

  /** Rule EPP-42, with as many headers as Envoy takes by default. */
  @Test
  void nothingIsEchoedMergedOrLost() throws Exception {
    String target = EnvoyRig.CHAT + "?headers";
    byte[] body = chat(500);
    List<String> lines = new ArrayList<>();
    lines.add("host: llm.example");
    lines.add("content-type: application/json");
    lines.add("content-length: " + body.length);
    lines.add("connection: close");
    lines.add("cookie: a=1");
    lines.add("cookie: b=2");
    lines.add("x-twice: one");
    lines.add("x-twice: two, three");
    Map<String, String> trace =
        Map.of(
            "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "tracestate", "vendor=1",
            "baggage", "tenant=a");
    trace.forEach((name, value) -> lines.add(name + ": " + value));
    int named = lines.size();
    while (lines.size() < 99) {
      lines.add("x-client-" + lines.size() + ": v" + lines.size());
    }
    List<String> answer = raw("POST " + target + " HTTP/1.1", lines, body);
    assertThat(answer.get(0)).startsWith("HTTP/1.1 200 ");
    assertThat(answer.stream().filter(line -> line.startsWith("set-cookie: ")))
        .containsExactlyElementsOf(
            Upstream.COOKIES.stream().map(cookie -> "set-cookie: " + cookie).toList());
    var headers = upstream.seen(target).get(0).headers();
    assertThat(headers)
        .containsEntry("cookie", List.of("a=1", "b=2"))
        .containsEntry("x-twice", List.of("one", "two, three"));
    trace.forEach((name, value) -> assertThat(headers).containsEntry(name, List.of(value)));
    for (int i = named; i < 99; i++) {
      assertThat(headers).containsEntry("x-client-" + i, List.of("v" + i));
    }
  }

  /** The lines of an answer's head. */
  private List<String> raw(String requestLine, List<String> headers, byte[] body) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), rig.port())) {
      OutputStream out = socket.getOutputStream();
      String head = requestLine + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return answer.lines().takeWhile(line -> !line.isEmpty()).toList();
    }
  }

  @Test
  void sixteenMegabytesArriveWhole() throws Exception {
    byte[] body = chat(16 * MIB);
    HttpRequest request =
        rig.to(EnvoyRig.CHAT + "?large").POST(BodyPublishers.ofByteArray(body)).build();
    assertThat(rig.send(request).body()).isEqualTo(Upstream.digest(body));
    assertThat(upstream.seen(EnvoyRig.CHAT + "?large").get(0).bytes()).isEqualTo(16 * MIB);
  }

  /** Together they are most of the picker's heap. */
  @Test
  void twoHundredMegabytesAtOnceArriveWhole() throws Exception {
    byte[] body = chat(MIB);
    HttpRequest request =
        rig.to(EnvoyRig.CHAT + "?many").POST(BodyPublishers.ofByteArray(body)).build();
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      sent.add(rig.client().sendAsync(request, BodyHandlers.ofString()));
    }
    String digest = Upstream.digest(body);
    for (CompletableFuture<HttpResponse<String>> one : sent) {
      HttpResponse<String> response = one.get(300, TimeUnit.SECONDS);
      assertThat(response.body()).isEqualTo(digest);
    }
    assertThat(upstream.seen(EnvoyRig.CHAT + "?many")).hasSize(200);
  }
}

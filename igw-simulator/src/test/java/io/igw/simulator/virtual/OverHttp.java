package io.igw.simulator.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.api.Prompt;
import io.igw.api.Signal;
import io.igw.api.Usage;
import io.igw.runtime.PickerRuntime;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import io.igw.simulator.OpenAiReader;
import io.igw.spi.RequestParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Model servers in real time behind a picker that scrapes them: a trace's requests as text, picked
 * by the shipped scheduler and sent by HTTP. Thread-safe.
 */
final class OverHttp implements AutoCloseable {
  private static final int BLOCK_BYTES = 256;
  private static final long PATIENCE_SECONDS = 120;

  private final ModelServers servers;
  private final PickerRuntime picker;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final RequestParser parser = OpenAiReader.parser();
  private final String model;

  /** What came of a request; {@code firstTokenNanos} since it was sent. */
  record Answer(int server, Usage usage, long firstTokenNanos) {}

  OverHttp(EngineSettings engine, SimulationSettings settings) {
    model = engine.baseModel();
    servers = ModelServers.start(settings.servers(), engine);
    picker =
        PickerRuntime.builder()
            .yaml(settings.profile().yaml(), settings.profile().name())
            .allowExperimentalPlugins(true)
            .seed(settings.seed())
            .endpoints(servers.endpoints())
            // A machine that stands still is none of this picker's business.
            .metricsStalenessThreshold(Duration.ofMinutes(5))
            .build();
    picker.start();
  }

  /** A prompt whose blocks are equal where the ids are. */
  private static String text(TraceRequest request) {
    StringBuilder text = new StringBuilder(request.blocks().length * BLOCK_BYTES);
    for (long id : request.blocks()) {
      text.append(String.format("%015d ", id).repeat(BLOCK_BYTES / 16));
    }
    return text.toString();
  }

  /** Picks and sends one request; returns when it is answered. */
  Answer send(TraceRequest request) throws IOException, InterruptedException {
    byte[] body =
        String.format(
                "{\"model\":\"%s\",\"max_tokens\":%d,\"stream\":true,\"prompt\":\"%s\","
                    + "\"stream_options\":{\"include_usage\":true}}",
                model, request.outputTokens(), text(request))
            .getBytes(StandardCharsets.UTF_8);
    long began = System.nanoTime();
    Decision decision = pick(body);
    HttpRequest post =
        HttpRequest.newBuilder(URI.create("http://" + decision.destination() + "/v1/completions"))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    RequestParser.ResponseBody response = parser.response("text/event-stream");
    long first = 0;
    try (InputStream answer = client.send(post, BodyHandlers.ofInputStream()).body()) {
      byte[] piece = new byte[8192];
      for (int n = answer.read(piece); n >= 0; n = answer.read(piece)) {
        if (first == 0) {
          first = System.nanoTime() - began;
          decision.progress(System.nanoTime());
        }
        response.feed(piece, 0, n);
      }
    }
    decision.complete(response.usage());
    String name = decision.endpoint().id().name();
    int server = Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    return new Answer(server, response.usage(), first);
  }

  private Decision pick(byte[] body) throws InterruptedException {
    RequestParser.RequestBody read = parser.request("/v1/completions", name -> null);
    read.feed(body, 0, body.length);
    Prompt prompt = read.finish().prompt(model);
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    picker
        .picker()
        .pick(
            InferenceRequest.builder().model(model).prompt(prompt).stream(true).build(),
            Runnable::run,
            outcome::complete);
    Outcome decided = outcome.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    assertThat(decided).isInstanceOf(Decision.class);
    return (Decision) decided;
  }

  /** Waits until the picker has read from every server, since this call, that it does nothing. */
  void awaitIdle() throws InterruptedException {
    long since = System.nanoTime();
    while (!idle(picker.pool().snapshot(), since)) {
      assertThat(System.nanoTime() - since).isLessThan(TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
      Thread.sleep(1);
    }
  }

  private boolean idle(EndpointSnapshot snapshot, long sinceNanos) {
    long now = System.nanoTime();
    for (int i = 0; i < snapshot.size(); i++) {
      if (snapshot.ageNanos(Signal.KV_CACHE_USAGE, i, now) > now - sinceNanos
          || snapshot.value(Signal.KV_CACHE_USAGE, i) != 0
          || snapshot.value(Signal.RUNNING_REQUESTS, i) != 0
          || snapshot.value(Signal.WAITING_REQUESTS, i) != 0) {
        return false;
      }
    }
    return snapshot.size() == servers.servers().size();
  }

  @Override
  public void close() {
    picker.close();
    servers.close();
  }
}

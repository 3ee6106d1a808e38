package io.igw.benchmarks.rig;

import io.igw.extproc.client.ExchangeClient;
import io.igw.extproc.client.Scenario;
import io.igw.simulator.envoy.EnvoyBootstrap;
import io.igw.simulator.envoy.EnvoyProcess;
import io.igw.simulator.envoy.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sends HTTP requests through a real Envoy of its own, which asks the server over ext-proc and goes
 * where that says. Chunks come as the model server behind makes them.
 */
final class EnvoyClient implements ExchangeClient {
  private static final int OK = 200;

  private final String address;
  private final EnvoyProcess envoy;
  private final URI chat;
  private final int deadlineSeconds;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private EnvoyClient(String address, EnvoyProcess envoy, int deadlineSeconds) {
    this.deadlineSeconds = deadlineSeconds;
    this.address = address;
    this.envoy = envoy;
    this.chat = URI.create("http://127.0.0.1:" + envoy.port() + "/v1/chat/completions");
  }

  /** Starts Envoy, set up as {@code variant} says, before the picker at {@code host:port}. */
  static EnvoyClient start(
      String address, UnaryOperator<EnvoyBootstrap> variant, int deadlineSeconds)
      throws IOException {
    Path binary =
        EnvoyProcess.find()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "--with-envoy: no Envoy found (expected: scripts/install-envoy, IGW_ENVOY or the"
                        + " PATH)"));
    int colon = address.lastIndexOf(':');
    // A static cluster takes no names.
    String host = InetAddress.getByName(address.substring(0, colon)).getHostAddress();
    int picker = Integer.parseInt(address.substring(colon + 1));
    int[] ports = FreePorts.find(2);
    EnvoyBootstrap bootstrap =
        variant.apply(EnvoyBootstrap.of(ports[0], ports[1], picker).withPickerHost(host));
    Path folder = Files.createDirectories(Path.of("target", "rig").toAbsolutePath());
    try {
      return new EnvoyClient(
          address, EnvoyProcess.start(binary, bootstrap, folder), deadlineSeconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Envoy started", e);
    }
  }

  @Override
  public String address() {
    return address + " through Envoy";
  }

  @Override
  public void begin(
      Scenario scenario,
      int variant,
      @Nullable ScheduledExecutorService pacer,
      ExchangeClient.End end) {
    HttpRequest request =
        HttpRequest.newBuilder(chat)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(scenario.body(variant)))
            .build();
    CompletableFuture<HttpResponse<Void>> sent =
        client.sendAsync(request, BodyHandlers.discarding());
    // The request's own limit would end with the response's headers.
    sent.copy()
        .orTimeout(deadlineSeconds, TimeUnit.SECONDS)
        .whenComplete((answer, failure) -> {
          sent.cancel(true);
          if (failure != null) {
            end.ended(
                failure instanceof TimeoutException
                    ? "no answer within " + deadlineSeconds + " s"
                    : String.valueOf(failure.getMessage()));
          } else if (answer.statusCode() != OK) {
            end.ended("status " + answer.statusCode());
          } else {
            end.ended(null);
          }
        });
  }

  @Override
  public void retryNow() {
    // Envoy connects anew by itself.
  }

  @Override
  public void close() {
    envoy.close();
  }
}

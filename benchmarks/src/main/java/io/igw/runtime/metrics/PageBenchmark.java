package io.igw.runtime.metrics;

import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One vLLM metrics page of real size (60 kB), read in pieces of 8 kB as they come from a socket,
 * without the transport.
 *
 * <p>It stands in the package of the reader, which is not public.
 *
 * <p>Command: {@code benchmarks/jmh PageBenchmark -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(5)
public class PageBenchmark implements Extraction.Sink {
  private static final int PIECE = 8 * 1024;

  private final Extraction extraction =
      new Extraction(
          EngineSpec.builtIn().stream()
              .filter(engine -> engine.name().equals("vllm"))
              .map(Engine::new)
              .findFirst()
              .orElseThrow());
  private byte[] page = {};
  private double sum;

  /** Takes the page from a simulated server. */
  @Setup
  public void setUp() throws IOException, InterruptedException {
    try (ModelServers servers = ModelServers.start(1, EngineSettings.defaults())) {
      URI uri = URI.create("http://127.0.0.1:" + servers.server(0).port() + "/metrics");
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      page = HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray()).body();
    }
  }

  /** Reads the page. */
  @Benchmark
  public double read() {
    extraction.begin();
    for (int at = 0; at < page.length; at += PIECE) {
      extraction.read(page, at, Math.min(PIECE, page.length - at));
    }
    extraction.end(0, this);
    return sum;
  }

  @Override
  public void number(Signal signal, double value) {
    sum += value;
  }

  @Override
  public void adapters(@Nullable LoraAdapters adapters) {
    sum++;
  }

  @Override
  public void restarted() {
    sum++;
  }
}

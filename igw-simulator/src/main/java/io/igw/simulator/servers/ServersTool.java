package io.igw.simulator.servers;

import io.igw.simulator.CommandLines;
import io.igw.simulator.EngineKind;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServer;
import io.igw.simulator.ModelServers;
import io.igw.simulator.engine.EnginePreset;
import io.igw.simulator.engine.Ranges;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code igw servers}. */
public final class ServersTool implements ToolProvider {
  /** For ServiceLoader. */
  public ServersTool() {}

  @Override
  public String name() {
    return "servers";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    Options options = new Options();
    return CommandLines.run(this, options, out, err, args, () -> serve(options, out));
  }

  private static int serve(Options options, PrintWriter out)
      throws IOException, InterruptedException {
    EngineSettings settings = options.settings();
    EngineKind kind = settings.kind();
    try (ModelServers servers = ModelServers.start(options.count, options.port, settings)) {
      List<ModelServer> all = servers.servers();
      if (options.endpointsFile != null) {
        Files.writeString(options.endpointsFile, endpoints(all, kind));
        out.println("endpoints: " + options.endpointsFile);
      }
      out.printf(
          "%d %s servers of %s, %s to %s; metrics at %s%n",
          all.size(),
          kind.type(),
          settings.baseModel(),
          all.get(0).hostPort(),
          all.get(all.size() - 1).hostPort(),
          kind.metricsPath());
      out.flush();
      CountDownLatch never = new CountDownLatch(1);
      if (options.duration == null) {
        never.await();
      } else {
        never.await(options.duration.toNanos(), TimeUnit.NANOSECONDS);
      }
      return 0;
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** The file that a picker's {@code file-discovery} reads. */
  private static String endpoints(List<ModelServer> servers, EngineKind kind) {
    StringBuilder file = new StringBuilder("endpoints:\n");
    for (int i = 0; i < servers.size(); i++) {
      ModelServer server = servers.get(i);
      file.append(
          String.format(
              "- {name: server-%d, address: %s, port: \"%d\", labels: {llm-d.ai/engine-type: %s}}%n",
              i, server.host(), server.port(), kind.type()));
    }
    return file.toString();
  }

  /** The command line. Written by picocli. */
  @Command(
      name = "igw servers",
      description = {
        "Starts model servers without models in this process: OpenAI completions, chat completions and"
            + " embeddings, an engine's metrics page, times and caches of the engine model. They run until"
            + " the process is stopped.",
        "POST /admin/fault?mode=MODE makes one misbehave, POST /admin/restart empties its caches.",
        ""
      })
  static final class Options {
    private static final int MOST_SERVERS = 10_000;
    private static final int LAST_PORT = 65_535;
    private static final int MOST_RANKS = 64;

    @Option(names = "--count", paramLabel = "N", description = "Servers (default: 1).")
    int count = 1;

    @Option(
        names = "--port",
        paramLabel = "PORT",
        description = "Port of the first, the others follow; 0: free ones (default: 8000).")
    int port = 8000;

    @Option(
        names = "--engine",
        paramLabel = "TYPE",
        description =
            "Whose metrics: vllm, sglang, trtllm-serve or triton-tensorrt-llm (default: vllm).")
    String engine = EngineKind.VLLM.type();

    @Option(
        names = "--model",
        paramLabel = "NAME",
        description =
            "The base model; any other in a request is an adapter (default: ${DEFAULT-VALUE}).")
    String model = EngineSettings.defaults().baseModel();

    @Option(
        names = "--preset",
        paramLabel = "NAME",
        description =
            "Model and hardware: ${COMPLETION-CANDIDATES} (default: a small engine of its own).",
        completionCandidates = EnginePreset.Names.class)
    @Nullable String preset;

    @Option(
        names = "--num-gpu-blocks",
        paramLabel = "N",
        description = "KV blocks of 64 tokens, for each rank (default: 4096, or of the preset).")
    @Nullable Integer numGpuBlocks;

    @Option(
        names = "--max-num-seqs",
        paramLabel = "N",
        description = "Requests that run at once, for each rank (default: 32, or of the preset).")
    @Nullable Integer maxNumSeqs;

    @Option(
        names = "--max-loras",
        paramLabel = "N",
        description = "Adapters that are loaded at once (default: 4, or of the preset).")
    @Nullable Integer maxLoras;

    @Option(
        names = "--lora-load-time",
        paramLabel = "TIME",
        description = "Time to load an adapter (default: 300ms, or of the preset).")
    @Nullable Duration loraLoadTime;

    @Option(
        names = "--data-parallel-size",
        paramLabel = "N",
        description = "Ranks behind each server's port (default: ${DEFAULT-VALUE}).")
    int dataParallelSize = 1;

    @Option(
        names = "--speed",
        paramLabel = "FACTOR",
        description = "Simulated time runs so much faster (default: ${DEFAULT-VALUE}).")
    double speed = 1;

    @Option(
        names = "--endpoints-file",
        paramLabel = "FILE",
        description = "Writes the servers as the picker's file discovery reads them.")
    @Nullable Path endpointsFile;

    @Option(
        names = "--duration",
        paramLabel = "TIME",
        description = "Ends after that time (default: never).")
    @Nullable Duration duration;

    EngineSettings settings() {
      Ranges.upTo("--count", count, MOST_SERVERS);
      if (port < 0 || port > LAST_PORT - count + 1) {
        throw new IllegalArgumentException(
            "--port: " + port + " (expected: 0.." + (LAST_PORT - count + 1) + ")");
      }
      Ranges.upTo("--data-parallel-size", dataParallelSize, MOST_RANKS);
      EngineKind kind = EngineKind.of(engine);
      if (kind == null) {
        throw new IllegalArgumentException(
            "--engine: " + engine + " (expected: one of " + EngineKind.types() + ")");
      }
      CommandLines.writable("--endpoints-file", endpointsFile, false);
      EngineSettings base = EngineSettings.defaults();
      if (preset != null) {
        base = base.withPreset(EnginePreset.of(preset));
      }
      return base.withBaseModel(model)
          .withKvBlocks(numGpuBlocks != null ? numGpuBlocks : base.kvBlocks())
          .withMaxRunning(maxNumSeqs != null ? maxNumSeqs : base.maxRunning())
          .withLora(
              maxLoras != null ? maxLoras : base.loraSlots(),
              loraLoadTime != null ? loraLoadTime : base.loraLoadTime())
          .withDataParallelSize(dataParallelSize)
          .withSpeed(speed)
          .withKind(kind);
    }
  }
}

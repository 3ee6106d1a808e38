package io.igw.simulator.demo;

import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One run of the demo: two plays of the same workload and their comparison. One use. */
final class Demo {
  private static final int FAILED = 1;
  private static final long TICK_MILLIS = 4000;

  /** After the last arrival, answers may take this long; what is open then has failed. */
  private static final long PATIENCE_MILLIS = 60_000;

  private static final int WARM_UP_REQUESTS = 200;
  private static final long WARM_UP_GAP_NANOS = 10_000_000;

  /** Shared prompts that the cache of one server holds. */
  private static final int HELD_PROMPTS = 5;

  /**
   * A server's cache holds 5 of the 24 shared prompts, and a prompt costs 0.4 s to compute: where a
   * request goes is what counts, not how fast this machine is.
   */
  private static final EngineSettings ENGINE =
      EngineSettings.defaults()
          .withKvBlocks(HELD_PROMPTS * Workload.SYSTEM_PROMPT_TOKENS / EngineSettings.BLOCK_TOKENS)
          .withPrefill(8_000, Duration.ofMillis(10))
          .withDecode(Duration.ofMillis(15), 16)
          .withLora(3, Duration.ofMillis(150));

  private final DemoTool.Options options;
  private final PrintWriter out;
  private final PrintWriter err;
  private Spectator watching = Spectator.NONE;

  Demo(DemoTool.Options options, PrintWriter out, PrintWriter err) {
    this.options = options;
    this.out = out;
    this.err = err;
  }

  int run() {
    try {
      DemoGateway gateway = gateway();
      try (WorkFolder folder = WorkFolder.create()) {
        return play(gateway, folder.path());
      }
    } catch (IOException | IllegalArgumentException e) {
      err.println("igw demo: " + e.getMessage());
      err.flush();
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    }
  }

  private DemoGateway gateway() {
    List<DemoGateway> known = new ArrayList<>();
    EnvoyGateway.find().ifPresent(known::add);
    ServiceLoader.load(DemoGateway.class, Demo.class.getClassLoader()).forEach(known::add);
    Optional<DemoGateway> chosen =
        known.stream()
            .filter(g -> options.gateway.equals("auto") || options.gateway.equals(g.name()))
            .findFirst();
    return chosen.orElseThrow(() ->
        new IllegalArgumentException(
            "--gateway: "
                + options.gateway
                + " (expected: "
                + known.stream().map(DemoGateway::name).collect(Collectors.joining(", "))
                + (known.isEmpty() ? "none is here; " : "; ")
                + "scripts/install-envoy installs an Envoy)"));
  }

  private int play(DemoGateway gateway, Path folder) throws IOException, InterruptedException {
    int requests = options.requestCount();
    double seconds = options.duration.toMillis() / 1e3;
    say("gateway    %s", gateway.description());
    say(
        "servers    %d, each holds %d of %d shared prompts",
        options.servers, HELD_PROMPTS, Workload.GROUPS);
    say(
        "workload   seed %d: %d chat turns in %.1f s, prompts of %d tokens and more, 8 adapters",
        options.seed, requests, seconds, Workload.SYSTEM_PROMPT_TOKENS);
    PlayResult random;
    PlayResult igw;
    try (Spectator spectator = options.noTui ? Spectator.NONE : Spectator.open(this::lines)) {
      watching = spectator;
      random = play(gateway, folder, PickerSetup.RANDOM, requests);
      igw = play(gateway, folder, PickerSetup.IGW, requests);
    }
    Comparison comparison = new Comparison(gateway.name(), options.seed, random, igw);
    out.println();
    out.print(comparison.table());
    out.flush();
    if (options.json != null) {
      Files.writeString(options.json, comparison.json(), StandardCharsets.UTF_8);
      say("written to %s", options.json);
    }
    return comparison.answered() ? 0 : FAILED;
  }

  private PlayResult play(DemoGateway gateway, Path folder, PickerSetup setup, int requests)
      throws IOException, InterruptedException {
    say("");
    say("== %s, from empty caches", setup.label());
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("demo-client", true), NioIoHandler.newFactory());
    int spares = watching.spares();
    try (ModelServers servers = ModelServers.start(options.servers + spares, ENGINE)) {
      Reasons reasons = new Reasons(servers.endpoints());
      Fleet fleet = new Fleet(servers, spares);
      try (DemoGateway.Running running =
          gateway.start(new DemoGateway.Setup(setup, fleet.listed(), folder, reasons::decided))) {
        Workload workload =
            new Workload(options.seed, ENGINE.baseModel(), requests, options.duration.toNanos());
        warmUp(loop, running.port());
        reasons.clear();
        fleet.begin(running);
        Play play = new Play(loop, running.port(), workload::next, requests);
        return watching.sees()
            ? watching.watch(
                setup.label() + ", through " + gateway.name(),
                options.duration,
                play,
                fleet,
                reasons,
                PATIENCE_MILLIS)
            : watch(play, reasons);
      }
    } finally {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  /** Cold code would be measured instead of the choice of servers. */
  private static void warmUp(EventLoopGroup loop, int port) throws InterruptedException {
    Play play =
        new Play(
            loop, port, Workload.warmUp(ENGINE.baseModel(), WARM_UP_GAP_NANOS), WARM_UP_REQUESTS);
    play.start();
    if (!play.await(PATIENCE_MILLIS)) {
      play.cancel();
    }
  }

  private PlayResult watch(Play play, Reasons reasons) throws InterruptedException {
    play.start();
    long deadline =
        System.nanoTime()
            + options.duration.toNanos()
            + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!play.await(TICK_MILLIS)) {
      reasons.next().forEach(line -> say("   %s", line));
      progress(play.progress());
      if (System.nanoTime() > deadline) {
        play.cancel();
      }
    }
    PlayResult result = play.progress();
    progress(result);
    return result;
  }

  private void progress(PlayResult result) {
    say(
        "   %5.1f s  %d sent, %d answered, %d failed; prefix hits %.1f %%, TTFT p50 %.0f ms,"
            + " p90 %.0f ms",
        result.seconds(),
        result.sent(),
        result.firstTokenNanos().length,
        result.errors(),
        100 * result.hitRatio(),
        result.firstTokenMillis(0.5),
        result.firstTokenMillis(0.9));
  }

  private void lines(String reason) {
    say("terminal   %s: lines instead of a picture", reason);
  }

  private void say(String format, Object... values) {
    if (watching.sees()) {
      return;
    }
    out.println(String.format(Locale.ROOT, format, values));
    out.flush();
  }
}

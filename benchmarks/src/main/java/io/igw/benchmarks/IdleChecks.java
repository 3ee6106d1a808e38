package io.igw.benchmarks;

import io.igw.benchmarks.rig.Load;
import io.igw.benchmarks.rig.ServerProcess;
import io.igw.extproc.client.Scenario;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Checks of a picker without load: how soon it answers, what it holds, what scraping costs. */
final class IdleChecks {
  private static final int ENDPOINTS = 10;
  private static final int STARTS = 7;
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long NEVER_SECONDS = 3600;

  /** 8,000 pages: until the compilers have nothing left to do. */
  private static final long SCRAPE_WARM_UP_SECONDS = 40;

  private static final int SCRAPE_WINDOWS = 3;

  private final Servers servers;
  private final Consumer<Bound> report;

  IdleChecks(Servers servers, Consumer<Bound> report) {
    this.servers = servers;
    this.report = report;
  }

  /** From the start of {@code ./igw} to the first answered stream; the archive is there already. */
  void start() throws IOException, InterruptedException {
    try (ModelServers models = models()) {
      start(models, false);
      report.accept(new Bound("start-plaintext", start(models, false), 1.5, "s"));
      start(models, true);
      report.accept(new Bound("start-tls", start(models, true), 1.5, "s"));
    }
  }

  private double start(ModelServers models, boolean tls) throws IOException {
    Scenario scenario = Scenario.json("small", 200);
    double[] seconds = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      long began = System.nanoTime();
      try (ServerProcess picker = servers.picker(models, "", "--secure-serving=" + tls);
          Load load = new Load(picker.address(), tls, true)) {
        load.awaitFirstAnswer(scenario, START_LIMIT_NANOS);
        seconds[i] = (System.nanoTime() - began) / 1e9;
      }
    }
    Arrays.sort(seconds);
    return seconds[STARTS / 2];
  }

  /** Resident memory after half a minute of scraping every 50 ms. */
  void memory() throws IOException, InterruptedException {
    try (ModelServers models = models();
        ServerProcess picker = servers.picker(models, "", "--secure-serving=false");
        Load load = new Load(picker.address(), false, true)) {
      load.awaitFirstAnswer(Scenario.json("small", 200), START_LIMIT_NANOS);
      TimeUnit.SECONDS.sleep(30);
      double megabytes = picker.stats().residentBytes() / 1e6;
      report.accept(new Bound("rss-idle-10-endpoints", megabytes, 160, "MB"));
    }
  }

  /**
   * CPU of the picker per scrape of a page of 60 kB, less what it uses without scraping: at the
   * default interval, 200 scrapes a second.
   */
  void scrape() throws IOException, InterruptedException {
    double idle = cpuPerSecond(ENDPOINTS, NEVER_SECONDS + "s");
    double scrapesPerSecond = 1000.0 / 50 * ENDPOINTS;
    double micros = (cpuPerSecond(ENDPOINTS, "50ms") - idle) / scrapesPerSecond / 1e3;
    report.accept(new Bound("scrape-60kB", micros, 200, "us"));
  }

  /**
   * Cores that a picker without traffic uses, its endpoints scraped every 50 ms. Of a thousand as
   * many as two cores can serve and scrape at once: that figure is for comparison and has no bound.
   */
  void idle() throws IOException, InterruptedException {
    report.accept(new Bound("idle-100-endpoints", cpuPerSecond(100, "50ms") / 1e9, 0.5, "cores"));
    System.out.printf(
        "  idle with 1,000 endpoints on this machine: %.2f cores%n",
        cpuPerSecond(1000, "50ms") / 1e9);
  }

  private double cpuPerSecond(int endpoints, String interval)
      throws IOException, InterruptedException {
    String flag = "--refresh-metrics-interval=" + interval;
    try (ModelServers models = ModelServers.start(endpoints, EngineSettings.defaults());
        ServerProcess picker = servers.picker(models, "", "--secure-serving=false", flag);
        Load load = new Load(picker.address(), false, true)) {
      load.awaitFirstAnswer(Scenario.json("small", 200), START_LIMIT_NANOS);
      TimeUnit.SECONDS.sleep(SCRAPE_WARM_UP_SECONDS);
      double[] windows = new double[SCRAPE_WINDOWS];
      for (int i = 0; i < SCRAPE_WINDOWS; i++) {
        long from = System.nanoTime();
        long cpu = picker.stats().cpuNanos();
        TimeUnit.SECONDS.sleep(8);
        windows[i] = (picker.stats().cpuNanos() - cpu) / ((System.nanoTime() - from) / 1e9);
      }
      Arrays.sort(windows);
      return windows[SCRAPE_WINDOWS / 2];
    }
  }

  private static ModelServers models() {
    return ModelServers.start(ENDPOINTS, EngineSettings.defaults());
  }
}

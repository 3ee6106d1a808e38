package io.igw.simulator.virtual;

import io.igw.api.Attribute;
import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.InferenceRequest;
import io.igw.api.LoraAdapters;
import io.igw.api.Outcome;
import io.igw.api.Signal;
import io.igw.api.Usage;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointReport;
import io.igw.scheduler.EndpointSpec;
import io.igw.simulator.engine.DataParallelEngine;
import io.igw.simulator.engine.EngineModel;
import io.igw.simulator.engine.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of a trace. One thread; used once.
 *
 * @see <a href="package-summary.html">the package</a> for what is simulated and what is real
 */
final class Simulation {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration STALENESS = Duration.ofSeconds(2);

  /** The picker's clock starts here, so that nothing is at time 0 by accident. */
  private static final long EPOCH = 10 * SECOND;

  private final Trace trace;
  private final SimulationSettings settings;
  private final IntConsumer picks;
  private final SplittableRandom random;
  private final List<Server> servers = new ArrayList<>();
  private final Map<EndpointId, Server> byId = new HashMap<>();
  private final Map<Job, Decision> leases = new IdentityHashMap<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Tally tally;
  private long now;
  private long eventCount;
  private long nextSweep = SECOND;
  private int open;

  private Simulation(Trace trace, SimulationSettings settings, IntConsumer picks) {
    this.trace = trace;
    this.settings = settings;
    this.picks = picks;
    this.random = new SplittableRandom(settings.seed());
    this.tally = new Tally(settings, trace.requests().size());
  }

  /**
   * Runs a trace.
   *
   * @throws io.igw.runtime.ConfigurationException if the profile cannot be used
   */
  static RunResult run(Trace trace, SimulationSettings settings) {
    return run(trace, settings, server -> {});
  }

  /** Runs a trace; {@code picks} hears of the server of each request that is not refused. */
  static RunResult run(Trace trace, SimulationSettings settings, IntConsumer picks) {
    return new Simulation(trace, settings, picks).run();
  }

  /** Something that happens at a time; equal times in order of creation. */
  private record Event(
      long nanos, long number, @Nullable Server scraped, @Nullable EndpointReport told)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(nanos, other.nanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /** An engine and the endpoint that it is. */
  private final class Server implements EngineModel.Listener {
    final int index;
    final EndpointId id;
    final DataParallelEngine engine;

    Server(int index) {
      this.index = index;
      this.id = new EndpointId("default", String.format("server-%04d", index));
      this.engine = new DataParallelEngine(settings.engine(), settings.dataParallelSize(), this);
    }

    EndpointSpec spec() {
      String host = "10." + (index >> 16) + "." + (index >> 8 & 255) + "." + (index & 255);
      return new EndpointSpec(id, host, 8000, 0, Map.of());
    }

    @Override
    public void token(Job job, long nowNanos) {
      if (job.generatedTokens() == 1) {
        lease(job).progress(EPOCH + nowNanos);
      }
    }

    @Override
    public void ended(Job job, long nowNanos) {
      lease(job).complete(new Usage(job.promptTokens(), job.cachedTokens(), job.generatedTokens()));
      leases.remove(job);
      open--;
      tally.ended(index, job);
    }

    EndpointReport report() {
      return new EndpointReport(id, EPOCH + now)
          .set(Signal.WAITING_REQUESTS, engine.sum(EngineModel::waitingJobs))
          .set(Signal.RUNNING_REQUESTS, engine.sum(EngineModel::runningJobs))
          .set(Signal.KV_CACHE_USAGE, engine.most(EngineModel::kvUsage))
          .set(Signal.CACHE_BLOCK_SIZE, settings.engine().blockSize())
          .set(Signal.CACHE_BLOCKS, settings.engine().numGpuBlocks() * settings.dataParallelSize())
          .set(
              Attribute.LORA_ADAPTERS,
              new LoraAdapters(
                  engine.union(EngineModel::runningAdapters),
                  engine.union(EngineModel::waitingAdapters),
                  settings.engine().maxLoras()));
    }
  }

  private Decision lease(Job job) {
    Decision decision = leases.get(job);
    if (decision == null) {
      throw new IllegalStateException("a job without a lease");
    }
    return decision;
  }

  private RunResult run() {
    for (int i = 0; i < settings.servers(); i++) {
      Server server = new Server(i);
      servers.add(server);
      byId.put(server.id, server);
    }
    try (PickerRuntime picker =
        PickerRuntime.builder()
            .yaml(settings.profile().yaml(), settings.profile().name())
            .allowExperimentalPlugins(true)
            .metricsStalenessThreshold(STALENESS)
            .nanoClock(() -> EPOCH + now)
            // No thread of the real world has a part in virtual time.
            .publicationInterval(Duration.ZERO)
            .seed(settings.seed())
            .build()) {
      picker.pool().replaceAll(servers.stream().map(Server::spec).toList());
      play(picker);
    }
    if (tally.served() + tally.refused() != trace.requests().size()) {
      throw new IllegalStateException("requests were lost");
    }
    return tally.result();
  }

  private void play(PickerRuntime picker) {
    for (Server server : servers) {
      add(random.nextLong(settings.scrapeNanos()), server, null);
    }
    for (TraceRequest request : trace.requests()) {
      long arrival = (long) (request.arrivalNanos() / settings.rate());
      until(picker, arrival);
      advance(arrival);
      arrive(picker, request);
    }
    while (open > 0) {
      until(picker, now + SECOND);
      advance(now);
    }
  }

  /** Scrapes and reports up to a time. */
  private void until(PickerRuntime picker, long nanos) {
    for (Event next = events.peek(); next != null && next.nanos() <= nanos; next = events.peek()) {
      events.poll();
      now = next.nanos();
      Server server = next.scraped();
      if (server != null) {
        server.engine.advance(now);
        add(now + settings.delayNanos(), null, server.report());
        long jitter = settings.jitterNanos() == 0 ? 0 : random.nextLong(settings.jitterNanos());
        add(now + settings.scrapeNanos() + jitter, server, null);
      } else if (next.told() != null) {
        picker.pool().report(next.told());
      }
      if (now >= nextSweep) {
        nextSweep = now + SECOND;
        picker.pool().expire(STALENESS);
      }
    }
    now = nanos;
  }

  private void add(long nanos, @Nullable Server scraped, @Nullable EndpointReport told) {
    events.add(new Event(nanos, eventCount++, scraped, told));
  }

  private void advance(long nanos) {
    for (Server server : servers) {
      server.engine.advance(nanos);
    }
  }

  private void arrive(PickerRuntime picker, TraceRequest request) {
    TracePrompt prompt = new TracePrompt(request);
    InferenceRequest asked =
        InferenceRequest.builder().model(model(request)).prompt(prompt).stream(true).build();
    picker.picker().pick(asked, Runnable::run, outcome -> decided(request, prompt, outcome));
  }

  private static String model(TraceRequest request) {
    return request.model().isEmpty() ? "base-model" : request.model();
  }

  private void decided(TraceRequest request, TracePrompt prompt, Outcome outcome) {
    if (!(outcome instanceof Decision decision)) {
      tally.shed();
      return;
    }
    Server server = byId.get(decision.endpoint().id());
    if (server == null) {
      throw new IllegalStateException("picked what is not there: " + decision.endpoint());
    }
    Job job =
        new Job(
            request.promptTokens(),
            request.outputTokens(),
            Job.blockHashes(prompt, settings.engine().blockSize()),
            request.model().isEmpty() ? null : request.model(),
            now);
    picks.accept(server.index);
    leases.put(job, decision);
    open++;
    server.engine.submit(job, now);
  }
}

package io.igw.runtime.resources;

import io.igw.runtime.PickerMetrics;
import io.igw.runtime.resources.ResourceFiles.Stamp;
import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.spi.PluginContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects in force: read from files, and again when these change. A change that cannot be read
 * as a whole changes nothing: the last good objects stay, the reason is logged once and counted.
 *
 * <p><b>Threading.</b> {@link #now} and {@link #target} on any thread. {@link #read} is done by the
 * owner; after {@link #follow} the files are only touched on the background executor, one look at a
 * time.
 */
public final class LiveResources implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveResources.class);
  private static final String SOURCE = "resources";
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** A file this young may change once more without a new time stamp. */
  private static final long YOUNG_MILLIS = 2000;

  private final ResourceFiles files;
  private final boolean any;
  private final PoolScope scope;
  private final Map<String, Integer> fixed;
  private final PickerMetrics metrics;
  private final Dice dice;
  private volatile Resources current;
  private volatile boolean closed;

  // Only touched by whoever looks.
  private Map<Path, Stamp> stamps = Map.of();
  private Map<Path, String> texts = Map.of();
  private Map<Path, String> refused = Map.of();
  private String told = "";

  /**
   * No objects yet but the fixed ones.
   *
   * @param paths files and folders; may be none
   * @param fixed priorities by objective that win over those of files
   * @param metrics hears of readings
   * @param seed of the choices between targets
   */
  public LiveResources(
      List<Path> paths,
      PoolScope scope,
      Map<String, Integer> fixed,
      PickerMetrics metrics,
      long seed) {
    this.files = new ResourceFiles(paths);
    this.any = !paths.isEmpty();
    this.scope = scope;
    this.fixed = Map.copyOf(fixed);
    this.metrics = metrics;
    this.dice = new Dice(seed);
    this.current = new Resources(this.fixed, ModelRewrites.NONE);
  }

  /** What is in force. */
  public Resources now() {
    return current;
  }

  /**
   * The model that a rule sends one request to. Allocates nothing.
   *
   * @param key requests with equal keys go to the same model; null: by chance
   */
  public String target(RewriteRule rule, @Nullable String key) {
    return rule.target(key == null || key.isEmpty() ? dice.roll() : Dice.of(key, rule.name()));
  }

  /** Reads everything for the first time; what is wrong goes to the problems. */
  public void read(Problems problems) {
    if (!any) {
      return;
    }
    try {
      stamps = files.stamps();
      texts = contents(stamps);
    } catch (IOException e) {
      Problems unread = new Problems(SOURCE);
      unread.error(Place.NONE, ResourceFiles.reason(e));
      problems.addAll(unread);
      return;
    }
    take(texts, problems);
  }

  /** Follows changes until this is closed. {@code timer} runs looks later, on the background. */
  public void follow(PluginContext.Timer timer, Executor background) {
    if (any && !closed) {
      timer.after(LOOK_NANOS, () -> background.execute(() -> look(timer, background)));
    }
  }

  private void look(PluginContext.Timer timer, Executor background) {
    if (closed) {
      return;
    }
    try {
      lookOnce();
    } finally {
      follow(timer, background);
    }
  }

  /** Reads the files again if they may have changed. */
  private void lookOnce() {
    Problems problems = new Problems(SOURCE);
    Map<Path, String> now = texts;
    try {
      Map<Path, Stamp> latest = files.stamps();
      if (latest.equals(stamps) && !young(latest) && told.isEmpty()) {
        return;
      }
      now = contents(latest);
      stamps = latest;
      if (now.equals(texts)) {
        told = "";
        return;
      }
      if (now.equals(refused) && !told.isEmpty()) {
        return;
      }
      if (take(now, problems)) {
        texts = now;
        told = "";
        problems.warnings().forEach(warning -> log.warn("{}", warning));
        return;
      }
    } catch (IOException e) {
      problems.error(Place.NONE, ResourceFiles.reason(e));
    }
    refused = now;
    String reason = problems.errors().toString();
    if (!reason.equals(told)) {
      told = reason;
      metrics.resourcesRefused();
      log.warn("the last good objectives and model rewrites stay: {}", problems.errors());
    }
  }

  /** Puts objects in force unless something is wrong with them. */
  private boolean take(Map<Path, String> contents, Problems problems) {
    Problems found = new Problems(SOURCE);
    ResourceCollector collector = new ResourceCollector(scope, fixed);
    contents.forEach((file, text) -> {
      Problems own = new Problems(file.toString());
      ResourceReader.read(text, own, collector);
      found.addAll(own);
    });
    problems.addAll(found);
    if (found.failed()) {
      return false;
    }
    Resources resources = collector.resources();
    metrics.resourcesLoaded(resources.rewrites().models(), found.warnings().size());
    current = resources;
    log.info("{} files: {}", contents.size(), collector);
    return true;
  }

  private static Map<Path, String> contents(Map<Path, Stamp> stamps) throws IOException {
    Map<Path, String> contents = new LinkedHashMap<>();
    for (Path file : stamps.keySet()) {
      contents.put(file, ResourceFiles.content(file));
    }
    return contents;
  }

  private static boolean young(Map<Path, Stamp> stamps) {
    long now = System.currentTimeMillis();
    return stamps.values().stream().anyMatch(stamp -> now - stamp.modified() < YOUNG_MILLIS);
  }

  @Override
  public void close() {
    closed = true;
  }
}

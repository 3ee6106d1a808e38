package io.igw.runtime.discovery;

import io.igw.runtime.yaml.Place;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlReader;
import io.igw.scheduler.EndpointSpec;
import io.igw.spi.PluginContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads endpoints from a YAML or JSON file, and again when it changes: {@code file-discovery}
 * (data-layer.md 4 and 11). A file that turns empty or invalid changes nothing: the last good one
 * stays, and the reason is logged once.
 *
 * <p>Changes are found by looking once a second, not by file events, so that a symbolic link that
 * is exchanged (as Kubernetes does with mounted files), a file on a network share and a link
 * replaced by a file are all seen.
 *
 * <p><b>Threading.</b> {@link #start} reads on the caller's thread; after it, the file is only
 * touched on the background executor, one look at a time.
 */
public final class FileDiscovery implements Discovery {
  /** Type as configuration names it. */
  public static final String TYPE = "file-discovery";

  private static final Logger log = LoggerFactory.getLogger(FileDiscovery.class);
  private static final int MAX_BYTES = YamlReader.MAX_CHARS;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long RESOLVE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** A file this young may change once more without a new time stamp. */
  private static final long YOUNG_MILLIS = 2000;

  private final Path file;
  private final boolean watch;
  private final PluginContext.Timer timer;
  private final Executor background;
  private final Addresses addresses;
  private @Nullable Stamp stamp;
  private String text = "";
  private List<EndpointSpec> endpoints = List.of();
  private String told = "";
  private String refused = "";
  private int looksSinceRead;
  private volatile boolean closed;

  private record Stamp(long modified, long size, @Nullable Object key) {}

  /**
   * A discovery.
   *
   * @param timer runs looks later; they are done on {@code background}, since they may block
   */
  FileDiscovery(
      Path file,
      boolean watch,
      PluginContext.Timer timer,
      Executor background,
      Addresses.Lookup lookup) {
    this.file = file;
    this.watch = watch;
    this.timer = timer;
    this.background = background;
    this.addresses = new Addresses(lookup);
  }

  @Override
  public void start(Listener listener) {
    Problems problems = new Problems(file.toString());
    List<EndpointSpec> found = List.of();
    try {
      stamp = stampNow();
      text = content();
      found = EndpointsFile.read(text, problems, addresses);
    } catch (IOException e) {
      problems.error(Place.NONE, TYPE + ": initial load failed: " + reason(e));
    }
    problems.refuseIfFailed();
    endpoints = found;
    listener.found(found);
    if (watch || addresses.namesSeen()) {
      lookLater(listener);
    }
  }

  private void lookLater(Listener listener) {
    if (!closed) {
      timer.after(LOOK_NANOS, () -> background.execute(() -> look(listener)));
    }
  }

  private void look(Listener listener) {
    if (closed) {
      return;
    }
    try {
      lookOnce(listener);
    } finally {
      lookLater(listener);
    }
  }

  /** Reads the file again if it may have changed, or if names are to be looked up again. */
  void lookOnce(Listener listener) {
    Problems problems = new Problems(file.toString());
    List<EndpointSpec> found = List.of();
    String now = text;
    boolean resolve = addresses.namesSeen() && ++looksSinceRead * LOOK_NANOS >= RESOLVE_NANOS;
    try {
      if (watch) {
        Stamp before = stamp;
        Stamp latest = stampNow();
        boolean young = System.currentTimeMillis() - latest.modified() < YOUNG_MILLIS;
        if (!latest.equals(before) || young || !told.isEmpty()) {
          now = content();
        }
        stamp = latest;
      }
      if (now.equals(text) && !resolve) {
        told = "";
        return;
      }
      if (now.equals(refused) && !told.isEmpty() && !resolve) {
        return;
      }
      looksSinceRead = 0;
      found = EndpointsFile.read(now, problems, addresses);
      if (found.isEmpty() && !problems.failed()) {
        problems.error(Place.NONE, "no endpoints (expected: at least one)");
      }
    } catch (IOException e) {
      problems.error(Place.NONE, reason(e));
    }
    if (problems.failed()) {
      refused = now;
      keep(problems, listener);
      return;
    }
    told = "";
    text = now;
    if (!found.equals(endpoints)) {
      log.info("{}: {} endpoints", file, found.size());
      endpoints = found;
      listener.found(found);
    }
  }

  private void keep(Problems problems, Listener listener) {
    String reason = problems.errors().toString();
    if (!reason.equals(told)) {
      told = reason;
      listener.refused();
      log.warn(
          "the {} endpoints of the last good {} stay: {}",
          endpoints.size(),
          file,
          problems.errors());
    }
  }

  private Stamp stampNow() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new Stamp(
        attributes.lastModifiedTime().toMillis(), attributes.size(), attributes.fileKey());
  }

  private String content() throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException("endpoints file " + file + " exceeds 1 MiB limit");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "no such file (expected: a file that can be read)"
        : Objects.toString(e.getMessage(), e.toString());
  }

  @Override
  public void close() {
    closed = true;
  }
}

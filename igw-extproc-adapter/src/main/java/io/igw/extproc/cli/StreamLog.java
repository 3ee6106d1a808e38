package io.igw.extproc.cli;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.igw.extproc.stream.StreamEvents;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what streams report, and writes down faults, at most one a second. */
final class StreamLog implements StreamEvents {
  private static final long INTERVAL_NANOS = 1_000_000_000L;

  private final StreamEvents counts;
  private final LogQueue queue;
  private final Set<BodySendMode> told = ConcurrentHashMap.newKeySet();
  private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

  StreamLog(StreamEvents counts, LogQueue queue) {
    this.counts = counts;
    this.queue = queue;
  }

  @Override
  public void opened() {
    counts.opened();
  }

  @Override
  public void closed(String code, long nanos) {
    counts.closed(code, nanos);
  }

  @Override
  public void observed() {
    counts.observed();
  }

  @Override
  public void unexpectedMode(BodySendMode mode) {
    counts.unexpectedMode(mode);
    if (told.add(mode)) {
      queue.put("a gateway uses body mode " + mode + ", not expected with --gateway-profile");
    }
  }

  @Override
  public void limited(String limit) {
    counts.limited(limit);
  }

  @Override
  public void ignoredAfterEnd() {
    counts.ignoredAfterEnd();
  }

  @Override
  public void fault(RuntimeException cause) {
    counts.fault(cause);
    long now = System.nanoTime();
    long quiet = quietUntil.get();
    if (now - quiet >= 0 && quietUntil.compareAndSet(quiet, now + INTERVAL_NANOS)) {
      StringWriter text = new StringWriter();
      cause.printStackTrace(new PrintWriter(text));
      queue.put("fault in a stream: " + text);
    }
  }
}

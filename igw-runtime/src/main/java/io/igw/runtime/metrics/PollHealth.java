package io.igw.runtime.metrics;

import io.igw.api.EndpointId;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How polling one endpoint goes: failures in a row, the last error, and what of it is logged. A
 * line is written when something changes, at most one per kind and ten seconds.
 *
 * <p><b>Threading.</b> One thread, but for {@link #lastError}, which any thread may read.
 */
final class PollHealth {
  static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Logger LOG = LoggerFactory.getLogger(PollHealth.class);

  private final EndpointId id;
  private final Logger log;
  private final Pace pollPace = new Pace();
  private final Pace pagePace = new Pace();
  private volatile @Nullable String lastError;
  private @Nullable String loggedReason;
  private int failures;

  /** Failures before the last good poll that followed some. */
  private int overcome;

  private int discarded;
  private int malformed;
  private boolean recognised = true;

  /** Health of an endpoint of which nothing is known yet. */
  PollHealth(EndpointId id) {
    this(id, LOG);
  }

  /** The same with a log of its own. */
  PollHealth(EndpointId id, Logger log) {
    this.id = id;
    this.log = log;
  }

  /** Polls in a row that failed. */
  int failures() {
    return failures;
  }

  /** What went wrong with the last poll or its page; null if nothing. */
  @Nullable String lastError() {
    return lastError;
  }

  /** A poll failed. */
  void failed(String reason, long nowNanos) {
    failures++;
    lastError = reason;
    if (!reason.equals(loggedReason) && pollPace.free(nowNanos)) {
      loggedReason = reason;
      log.warn("metrics of {}: poll failed: {}; the last values age", id, reason);
    }
  }

  /** A page came. */
  void succeeded(long nowNanos) {
    if (failures > 0) {
      overcome = failures;
      failures = 0;
      lastError = null;
    }
    if (loggedReason != null && pollPace.free(nowNanos)) {
      log.info("metrics of {}: polled again after {} failures", id, overcome);
      loggedReason = null;
    }
  }

  /** What the page was like; false if something that must be there was not, or was unusable. */
  boolean read(Extraction page, long bytes, long nowNanos) {
    boolean good = !page.requiredMissing() && page.discarded() == 0 && page.malformedLines() == 0;
    boolean changed =
        page.missingChanged()
            || page.discarded() != discarded
            || page.malformedLines() != malformed
            || page.recognised() != recognised;
    discarded = page.discarded();
    malformed = page.malformedLines();
    recognised = page.recognised();
    if (good) {
      lastError = null;
      if (changed && pagePace.free(nowNanos)) {
        logGood(page);
      }
    } else if (changed || lastError == null) {
      String problem = problem(page, bytes);
      lastError = problem;
      if (pagePace.free(nowNanos)) {
        log.warn("metrics of {}: {}", id, problem);
      }
    }
    return good;
  }

  private void logGood(Extraction page) {
    String missing = page.missing();
    log.info(
        "metrics of {}: read as engine {}; not on its page: {}",
        id,
        page.engine().name(),
        missing.isEmpty() ? "nothing" : missing);
  }

  private static String problem(Extraction page, long bytes) {
    String engine = page.engine().name();
    if (!page.recognised()) {
      return "no metric of engine "
          + engine
          + " on its page of "
          + bytes
          + " bytes (expected: "
          + page.missing()
          + ")";
    }
    StringBuilder text = new StringBuilder("page of engine ").append(engine);
    String separator = ": ";
    if (page.requiredMissing()) {
      text.append(separator).append("missing ").append(page.missing());
      separator = "; ";
    }
    if (page.discarded() > 0) {
      text.append(separator).append(page.discarded()).append(" values discarded");
      separator = "; ";
    }
    if (page.malformedLines() > 0) {
      text.append(separator).append(page.malformedLines()).append(" lines unreadable");
    }
    return text.toString();
  }

  /** Lets one line through per interval. */
  private static final class Pace {
    private boolean used;
    private long lastNanos;

    boolean free(long nowNanos) {
      if (used && nowNanos - lastNanos < LOG_INTERVAL_NANOS) {
        return false;
      }
      used = true;
      lastNanos = nowNanos;
      return true;
    }
  }
}

package io.igw.simulator;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a model server misbehaves. */
public enum Fault {
  /** It does not. */
  OK("ok"),
  /** Everything takes ten times longer. */
  SLOW("slow"),
  /** Status 500. */
  ERROR("500"),
  /** No answer ever comes. */
  HANG("hang"),
  /** The connection is reset instead of an answer. */
  RESET("reset"),
  /** Bytes that are no HTTP instead of an answer. */
  GARBAGE("garbage"),
  /** The connection is reset after the first token of a stream. */
  RESET_MID_RESPONSE("reset-mid-response"),
  /** The metrics page stays what it was. */
  STALE_METRICS("stale-metrics"),
  /** The metrics page is none. */
  GARBAGE_METRICS("garbage-metrics"),
  /** The metrics page has 100 MB. */
  HUGE_METRICS("huge-metrics");

  private final String mode;

  Fault(String mode) {
    this.mode = mode;
  }

  /** As the admin request names it. */
  public String mode() {
    return mode;
  }

  /** All modes, for messages. */
  static String modes() {
    return Arrays.stream(values()).map(Fault::mode).collect(Collectors.joining(", "));
  }

  static @Nullable Fault of(@Nullable String mode) {
    for (Fault fault : values()) {
      if (fault.mode.equals(mode == null ? "" : mode.toLowerCase(Locale.ROOT))) {
        return fault;
      }
    }
    return null;
  }
}

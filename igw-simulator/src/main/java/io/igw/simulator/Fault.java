package io.igw.simulator;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a model server misbehaves on inference requests. */
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
  /** The connection is reset after the first token of a stream. */
  RESET_MID_RESPONSE("reset-mid-response");

  private final String mode;

  Fault(String mode) {
    this.mode = mode;
  }

  /** As the admin request names it. */
  public String mode() {
    return mode;
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

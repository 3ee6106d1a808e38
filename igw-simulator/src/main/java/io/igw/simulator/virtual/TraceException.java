package io.igw.simulator.virtual;

import java.io.IOException;

/** A trace that cannot be read; the message tells file, line and what was expected. */
final class TraceException extends IOException {
  private static final long serialVersionUID = 1;

  TraceException(String message) {
    super(message);
  }
}

package io.igw.extproc.rehearsal;

import java.io.IOException;

/** Why there is no cache: what was wrong, and what was expected. */
final class RehearsalException extends IOException {
  private static final long serialVersionUID = 1;

  RehearsalException(String message) {
    super(message);
  }
}

package io.igw.runtime;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends parts while everything is being ended: one that fails must not keep the others. */
final class Quietly {
  private static final Logger log = LoggerFactory.getLogger(Quietly.class);

  private Quietly() {}

  static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      log.warn("while stopping: {}", e.toString());
    }
  }
}

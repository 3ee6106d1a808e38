package io.igw.extproc.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Sets the logging backend up, before anything has logged. */
final class LogSetup {
  private static final String PREFIX = "org.slf4j.simpleLogger.";

  /** Held, because the JDK's logging forgets a logger that nobody holds. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  private LogSetup() {}

  static void apply(int verbosity) {
    set("defaultLogLevel", verbosity >= 5 ? "trace" : verbosity >= 4 ? "debug" : "info");
    // Verbosity is about decisions, not about the transport's own start-up.
    set("log.io.netty", verbosity >= 5 ? "info" : "warn");
    set("log.io.grpc", verbosity >= 5 ? "info" : "warn");
    set("showDateTime", "true");
    set("dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    set("showThreadName", "false");
    set("showShortLogName", "true");
    // Broken connections and handshakes are the other side's business.
    GRPC.setLevel(verbosity >= 5 ? Level.INFO : Level.SEVERE);
  }

  private static void set(String name, String value) {
    if (System.getProperty(PREFIX + name) == null) {
      System.setProperty(PREFIX + name, value);
    }
  }
}

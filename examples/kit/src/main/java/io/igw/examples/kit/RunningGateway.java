package io.igw.examples.kit;

import io.igw.runtime.PickerRuntime;

/** A gateway that serves until it is closed. */
public interface RunningGateway extends AutoCloseable {
  /** The local port. */
  int port();

  @Override
  void close();

  /** A gateway by its port and what ends it. */
  static RunningGateway of(int port, Runnable stop) {
    return new RunningGateway() {
      @Override
      public int port() {
        return port;
      }

      @Override
      public void close() {
        stop.run();
      }
    };
  }

  /** Starts a gateway. */
  @FunctionalInterface
  interface Starter {
    /**
     * Serves on a local port.
     *
     * @param runtime a started picker; it stays the caller's
     * @param port 0 for a free one
     */
    RunningGateway start(PickerRuntime runtime, int port);
  }
}

package io.igw.simulator.envoy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Ports for processes that cannot be told to choose one themselves. A port stays free until its
 * process binds it, seconds later: all are below those that systems give to outgoing connections,
 * and each process that asks has a block of its own, whose first port it holds as long as it runs.
 */
public final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int BLOCK = 200;
  private static final int BLOCKS = 60;

  private static @Nullable ServerSocket claim;
  private static int next;

  private FreePorts() {}

  /**
   * Local ports that are free and that nobody else who asks here gets, all different; the same ones
   * come again after some two hundred.
   */
  public static synchronized int[] find(int count) {
    ServerSocket held = claim;
    if (held == null) {
      held = claim();
      claim = held;
    }
    int[] ports = new int[count];
    int found = 0;
    for (int tried = 1; found < count; tried++) {
      if (tried == BLOCK) {
        throw new IllegalStateException(
            "ports: " + count + " (expected: as many are free after " + held.getLocalPort() + ")");
      }
      next = next % (BLOCK - 1) + 1;
      int port = held.getLocalPort() + next;
      ServerSocket socket = bind(port);
      if (socket != null) {
        close(socket);
        ports[found++] = port;
      }
    }
    return ports;
  }

  /** The first port of a block that no other process has. */
  private static ServerSocket claim() {
    int from = ThreadLocalRandom.current().nextInt(BLOCKS);
    for (int i = 0; i < BLOCKS; i++) {
      ServerSocket socket = bind(FIRST + (from + i) % BLOCKS * BLOCK);
      if (socket != null) {
        return socket;
      }
    }
    throw new IllegalStateException("ports: all " + BLOCKS + " blocks are taken");
  }

  private static @Nullable ServerSocket bind(int port) {
    try {
      return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      return null;
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.igw.extproc;

import io.igw.extproc.server.EventLoops;
import io.igw.extproc.server.ExtProcServer;
import io.igw.extproc.stream.StreamHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/**
 * An ext-proc server that lets everything pass: the cost of the I/O layer alone. Argument: the
 * port, 0 for any; prints {@code ready PORT}.
 */
public final class NullServerMain {
  private NullServerMain() {}

  /** Serves until the process is ended. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 9002;
    EventLoops loops = new EventLoops(EventLoops.defaultThreads());
    ExtProcServer server =
        ExtProcServer.builder(StreamHandler.CONTINUE, loops).start(new InetSocketAddress(port));
    System.out.println("ready " + server.port());
    new CountDownLatch(1).await();
  }
}

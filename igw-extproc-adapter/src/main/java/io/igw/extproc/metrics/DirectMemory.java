package io.igw.extproc.metrics;

import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** What this process holds beside the heap. Thread-safe. */
final class DirectMemory {
  private DirectMemory() {}

  /** Bytes of direct buffers: those that the JVM counts and those that the transport counts. */
  static long bytes() {
    // -1 where the transport leaves the counting to the JVM.
    long bytes = Math.max(0, PlatformDependent.usedDirectMemory());
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        bytes += pool.getMemoryUsed();
      }
    }
    return bytes;
  }
}

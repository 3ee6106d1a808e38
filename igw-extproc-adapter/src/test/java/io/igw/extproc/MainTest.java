package io.igw.extproc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.util.ResourceLeakDetector;
import io.igw.extproc.testing.Jdks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a process has set before its transport starts. */
class MainTest {
  /** Prints the levels that the transports have, and whether pinned memory is counted. */
  static final class Probe {
    public static void main(String[] args) {
      Main.withoutBookkeeping();
      System.out.print(ResourceLeakDetector.getLevel());
      System.out.print(" " + io.netty.util.ResourceLeakDetector.getLevel());
      PooledByteBufAllocator pool = PooledByteBufAllocator.DEFAULT;
      ByteBuf used = pool.directBuffer(9);
      System.out.print(" " + (pool.pinnedDirectMemory() > 0));
      used.release();
    }
  }

  private static String level(List<String> flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Jdks.java(Jdks.own()).toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    process.getInputStream().transferTo(output);
    return output.toString();
  }

  @Test
  void theTransportFollowsNoBuffersUnlessAsked() throws IOException {
    assertThat(level(List.of())).isEqualTo("DISABLED DISABLED false");
    assertThat(level(List.of("-D" + Main.GRPC_LEAK_DETECTION + "=paranoid")))
        .isEqualTo("PARANOID DISABLED false");
    assertThat(level(List.of("-D" + Main.GRPC_PINNED_MEMORY + "=true")))
        .isEqualTo("DISABLED DISABLED true");
  }
}

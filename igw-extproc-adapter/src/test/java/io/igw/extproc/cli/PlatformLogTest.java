package io.igw.extproc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The core has no logging library: what it says must come out in this process's log. */
class PlatformLogTest {
  @Test
  void systemLoggersWriteToTheSameLog() {
    assertThat(System.getLogger("io.igw.scheduler.PluginFaults").getClass().getName())
        .startsWith("org.slf4j.");
  }
}

package io.igw.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholeMillisTest {
  /** Remembers for how long it was allowed to wait. */
  private static final class Waiting implements IoHandler {
    private long nanos;

    @Override
    public int run(IoHandlerContext context) {
      nanos = context.delayNanos(7);
      return 0;
    }

    @Override
    public IoRegistration register(IoHandle handle) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void wakeup() {}

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return false;
    }
  }

  private record Due(long delayNanos) implements IoHandlerContext {
    @Override
    public boolean canBlock() {
      return true;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return delayNanos;
    }

    @Override
    public long deadlineNanos() {
      return delayNanos;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1000000",
    "999999, 1000000",
    "1000000, 1000000",
    "72256000, 73000000",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775000, 9223372036854775000",
  })
  void aSelectorWaitsForTheMillisecondThatHasBegun(long delay, long expected) {
    Waiting selector = new Waiting();
    new WholeMillis(executor -> selector).newHandler(null).run(new Due(delay));
    assertThat(selector.nanos).isEqualTo(expected);
  }
}

package io.igw.runtime.metrics;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Selectors that wait for the next timer in whole milliseconds, rounded up. Netty rounds to the
 * nearest: what wakes up to half a millisecond early then asks the kernel again and again until the
 * time has come, which costs more than the page that is polled.
 */
final class WholeMillis implements IoHandlerFactory {
  private static final long MILLI = 1_000_000;

  private final IoHandlerFactory selectors;

  WholeMillis(IoHandlerFactory selectors) {
    this.selectors = selectors;
  }

  /** A wait in nanoseconds, as many milliseconds as it has begun; without end stays so. */
  static long roundedUp(long nanos) {
    return nanos > Long.MAX_VALUE - MILLI ? nanos : (nanos + MILLI - 1) / MILLI * MILLI;
  }

  @Override
  public IoHandler newHandler(ThreadAwareExecutor executor) {
    return new Handler(selectors.newHandler(executor));
  }

  @Override
  public boolean isChangingThreadSupported() {
    return selectors.isChangingThreadSupported();
  }

  private record Handler(IoHandler selector) implements IoHandler {
    @Override
    public void initialize() {
      selector.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
      return selector.run(new Rounded(context));
    }

    @Override
    public void prepareToDestroy() {
      selector.prepareToDestroy();
    }

    @Override
    public void destroy() {
      selector.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
      return selector.register(handle);
    }

    @Override
    public void wakeup() {
      selector.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return selector.isCompatible(handleType);
    }
  }

  private record Rounded(IoHandlerContext context) implements IoHandlerContext {
    @Override
    public boolean canBlock() {
      return context.canBlock();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return roundedUp(context.delayNanos(currentTimeNanos));
    }

    @Override
    public long deadlineNanos() {
      return context.deadlineNanos();
    }

    @Override
    public void reportActiveIoTime(long activeNanos) {
      context.reportActiveIoTime(activeNanos);
    }

    @Override
    public boolean shouldReportActiveIoTime() {
      return context.shouldReportActiveIoTime();
    }
  }
}

package io.igw.extproc.health;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the picker takes requests: what the runtime says, until draining begins.
 *
 * <p><b>Threading.</b> Any thread.
 */
public final class Readiness {
  private final Supplier<@Nullable String> runtime;
  private volatile boolean draining;

  /** {@code runtime} is null when ready, else says why not. */
  public Readiness(Supplier<@Nullable String> runtime) {
    this.runtime = runtime;
  }

  /** Not ready from now on. */
  public void drain() {
    draining = true;
  }

  /** Null when ready, else why not. */
  public @Nullable String notReady() {
    return draining ? "draining" : runtime.get();
  }
}

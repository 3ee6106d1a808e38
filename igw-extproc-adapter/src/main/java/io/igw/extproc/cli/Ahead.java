package io.igw.extproc.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Something slow that is made beside the rest of the start, which does not need it for a while:
 * certificates, native libraries, large families of classes.
 *
 * @param <T> what is made
 */
final class Ahead<T extends @Nullable Object> {
  private final FutureTask<T> task;

  private Ahead(FutureTask<T> task) {
    this.task = task;
  }

  static <T extends @Nullable Object> Ahead<T> of(Callable<T> slow) {
    FutureTask<T> task = new FutureTask<>(slow);
    Thread thread = new Thread(task, "igw-start");
    thread.setDaemon(true);
    thread.start();
    return new Ahead<>(task);
  }

  T await() throws StartupException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartupException("interrupted");
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new StartupException(Objects.toString(cause.getMessage(), cause.toString()));
    }
  }
}

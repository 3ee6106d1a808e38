package io.igw.examples.vertx;

import io.igw.runtime.Exchange;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** A response body whose bytes an exchange hears of, and changes, as they pass. */
record Tapped(ReadStream<Buffer> stream, Exchange exchange) implements ReadStream<Buffer> {
  @Override
  public Tapped handler(@Nullable Handler<Buffer> next) {
    stream.handler(
        next == null
            ? null
            : piece -> {
              byte[] bytes = piece.getBytes();
              byte[] edited = exchange.editedResponse(bytes);
              next.handle(edited == bytes ? piece : Buffer.buffer(edited));
            });
    return this;
  }

  @Override
  public Tapped endHandler(@Nullable Handler<Void> next) {
    stream.endHandler(
        next == null
            ? null
            : end -> {
              exchange.endResponse();
              next.handle(end);
            });
    return this;
  }

  @Override
  public Tapped exceptionHandler(@Nullable Handler<Throwable> next) {
    stream.exceptionHandler(broken -> {
      exchange.failed();
      if (next != null) {
        next.handle(broken);
      }
    });
    return this;
  }

  @Override
  public Tapped pause() {
    stream.pause();
    return this;
  }

  @Override
  public Tapped resume() {
    stream.resume();
    return this;
  }

  @Override
  public Tapped fetch(long amount) {
    stream.fetch(amount);
    return this;
  }
}

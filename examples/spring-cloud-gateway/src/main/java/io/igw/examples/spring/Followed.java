package io.igw.examples.spring;

import io.igw.runtime.Exchange;
import java.nio.ByteBuffer;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A response whose head and bytes an exchange hears of, and changes, as they pass. */
final class Followed extends ServerHttpResponseDecorator {
  private final Exchange exchange;

  Followed(ServerHttpResponse response, Exchange exchange) {
    super(response);
    this.exchange = exchange;
  }

  @Override
  public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
    head();
    return super.writeWith(Flux.from(body).map(this::piece));
  }

  @Override
  public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
    head();
    return super.writeAndFlushWith(Flux.from(body).map(part -> Flux.from(part).map(this::piece)));
  }

  private void head() {
    HttpStatusCode status = getStatusCode();
    exchange.responseHeaders(
        status == null ? 0 : status.value(), getHeaders().getFirst("content-type"), null);
    exchange.responseHeaderEdits().forEach(getHeaders()::set);
    if (exchange.editsResponse()) {
      getHeaders().remove("content-length");
    }
  }

  private DataBuffer piece(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.toByteBuffer(ByteBuffer.wrap(bytes));
    byte[] edited = exchange.editedResponse(bytes);
    if (edited == bytes) {
      return buffer;
    }
    DataBufferUtils.release(buffer);
    return bufferFactory().wrap(edited);
  }
}

package io.igw.examples.spring;

import io.igw.runtime.ControlHeaders;
import io.igw.runtime.Exchange;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.core.publisher.Flux;

/** A request whose body has been read already, with what the picker changes. */
final class WithBody extends ServerHttpRequestDecorator {
  private final byte[] body;

  /** What goes upstream of a request and its body. */
  static ServerHttpRequest of(ServerHttpRequest request, Exchange exchange, byte[] body) {
    byte[] sent = exchange.edited(body);
    ServerHttpRequest edited =
        request
            .mutate()
            .headers(h -> {
              ControlHeaders.ALL.forEach(h::remove);
              exchange.upstreamHeaders().forEach(h::set);
              if (body.length > 0) {
                h.setContentLength(sent.length);
              }
            })
            .build();
    return new WithBody(edited, sent);
  }

  private WithBody(ServerHttpRequest request, byte[] body) {
    super(request);
    this.body = body;
  }

  @Override
  public Flux<DataBuffer> getBody() {
    return body.length == 0
        ? Flux.empty()
        : Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body));
  }
}

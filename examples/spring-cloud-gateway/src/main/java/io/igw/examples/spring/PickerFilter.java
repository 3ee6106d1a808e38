package io.igw.examples.spring;

import io.igw.api.Decision;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.runtime.Exchange;
import io.igw.runtime.PickerRuntime;
import java.io.IOException;
import java.util.Objects;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.Connection;

/** Sends what a route forwards to the model server picked; runs around the writing of responses. */
public record PickerFilter(PickerRuntime runtime) implements GlobalFilter, Ordered {
  @Override
  public int getOrder() {
    return NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER - 1;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange web, GatewayFilterChain chain) {
    ServerHttpRequest request = web.getRequest();
    Connection client = ServerHttpRequestDecorator.getNativeRequest(request);
    return DataBufferUtils.join(request.getBody())
        .map(PickerFilter::bytes)
        .defaultIfEmpty(new byte[0])
        .flatMap(body -> {
          Exchange exchange = runtime.open(client.channel().eventLoop());
          return Mono.<Outcome>create(
                  sink -> exchange.request(name -> header(request, name), body, sink::success))
              .flatMap(outcome ->
                  outcome instanceof Decision decision
                      ? chain.filter(forwarded(web, exchange, decision, body))
                      : refuse(web.getResponse(), (Rejection) outcome))
              .doOnError(broken -> exchange.failed())
              .doFinally(end -> {
                if (end == SignalType.ON_COMPLETE) {
                  exchange.endResponse();
                }
                exchange.close();
              });
        })
        .onErrorMap(IOException.class, e -> new ResponseStatusException(HttpStatus.BAD_GATEWAY));
  }

  private static String header(ServerHttpRequest request, String name) {
    return switch (name) {
      case ":path" -> request.getURI().getRawPath();
      case ":method" -> request.getMethod().name();
      default -> request.getHeaders().getFirst(name);
    };
  }

  private static ServerWebExchange forwarded(
      ServerWebExchange web, Exchange exchange, Decision decision, byte[] body) {
    Route route =
        Objects.requireNonNull(web.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR));
    Route picked =
        Route.async()
            .id(route.getId())
            .uri("http://" + decision.endpoint().hostPort())
            .asyncPredicate(route.getPredicate())
            .build();
    web.getAttributes().put(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR, picked);
    return web.mutate()
        .request(WithBody.of(web.getRequest(), exchange, body))
        .response(new Followed(web.getResponse(), exchange))
        .build();
  }

  private static Mono<Void> refuse(ServerHttpResponse response, Rejection why) {
    response.setStatusCode(HttpStatusCode.valueOf(why.reason().httpStatus()));
    return response.setComplete();
  }

  static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }
}

package io.igw.examples.vertx;

import io.igw.api.Decision;
import io.igw.api.Rejection;
import io.igw.runtime.ControlHeaders;
import io.igw.runtime.Exchange;
import io.igw.runtime.PickerRuntime;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.OriginRequestProvider;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;

/**
 * Sends what a Vert.x proxy forwards to the model server that a picker has chosen: to be given to
 * {@code HttpProxy.origin} and to {@code HttpProxy.addInterceptor}.
 */
public record PickerInterceptor(PickerRuntime runtime)
    implements ProxyInterceptor, OriginRequestProvider {
  @Override
  public Future<ProxyResponse> handleProxyRequest(ProxyContext proxy) {
    Context loop = Vertx.currentContext();
    Exchange exchange = runtime.open(task -> loop.runOnContext(nothing -> task.run()));
    proxy.set("exchange", exchange);
    ProxyRequest request = proxy.request();
    HttpServerRequest client = request.proxiedRequest();
    // However it ends, the lease is given back.
    client.response().closeHandler(gone -> exchange.close());
    client.response().endHandler(sent -> exchange.close());
    Promise<ProxyResponse> response = Promise.promise();
    Future<Buffer> read = client.body();
    client.resume();
    read.onFailure(response::fail)
        .onSuccess(whole -> {
          byte[] body = whole.getBytes();
          exchange.request(
              name -> header(client, name),
              body,
              outcome -> {
                if (outcome instanceof Decision) {
                  ControlHeaders.ALL.forEach(request.headers()::remove);
                  exchange.upstreamHeaders().forEach(request::putHeader);
                  request.setBody(Body.body(Buffer.buffer(exchange.edited(body))));
                  proxy.sendRequest().onComplete(response);
                } else {
                  Rejection why = (Rejection) outcome;
                  ProxyResponse refused = request.response();
                  refused
                      .setStatusCode(why.reason().httpStatus())
                      .setBody(Body.body(Buffer.buffer(why.message())));
                  response.complete(refused);
                }
              });
        });
    return response.future();
  }

  private static String header(HttpServerRequest request, String name) {
    return switch (name) {
      case ":path" -> request.uri();
      case ":method" -> request.method().name();
      default -> request.getHeader(name);
    };
  }

  @Override
  public Future<HttpClientRequest> create(ProxyContext proxy) {
    var endpoint = proxy.get("exchange", Exchange.class).decision().endpoint();
    return proxy
        .client()
        .request(new RequestOptions().setHost(endpoint.host()).setPort(endpoint.port()));
  }

  @Override
  public Future<Void> handleProxyResponse(ProxyContext proxy) {
    Exchange exchange = proxy.get("exchange", Exchange.class);
    ProxyResponse response = proxy.response();
    exchange.responseHeaders(
        response.getStatusCode(), response.headers().get("content-type"), null);
    exchange.responseHeaderEdits().forEach(response::putHeader);
    Body body = response.getBody();
    if (exchange.editsResponse()) {
      response.headers().remove("content-length");
    }
    if (body != null) {
      long length = exchange.editsResponse() ? -1 : body.length();
      response.setBody(Body.body(new Tapped(body.stream(), exchange), length));
    }
    return proxy.sendResponse();
  }
}

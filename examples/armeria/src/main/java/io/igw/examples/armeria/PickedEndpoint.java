package io.igw.examples.armeria;

import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.HttpPreprocessor;
import com.linecorp.armeria.client.PreClient;
import com.linecorp.armeria.client.PreClientRequestContext;
import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.igw.api.Decision;
import io.igw.api.Rejection;
import io.igw.runtime.ControlHeaders;
import io.igw.runtime.Exchange;
import io.igw.runtime.PickerRuntime;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;

/** Gives each request of an Armeria client its endpoint group: the endpoint that was picked. */
public record PickedEndpoint(PickerRuntime runtime) implements HttpPreprocessor {
  @Override
  public HttpResponse execute(
      PreClient<HttpRequest, HttpResponse> client,
      PreClientRequestContext ctx,
      HttpRequest request) {
    // An exchange belongs to one event loop: the server's where there is one.
    ServiceRequestContext service = ServiceRequestContext.currentOrNull();
    EventLoop loop =
        service != null ? service.eventLoop().withoutContext() : CommonPools.workerGroup().next();
    ctx.setEventLoop(loop);
    ctx.setSessionProtocol(SessionProtocol.H1C);
    Exchange exchange = runtime.open(loop);
    CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
    request
        .aggregate(loop)
        .whenComplete((whole, broken) -> {
          if (broken != null) {
            exchange.close();
            answer.completeExceptionally(broken);
            return;
          }
          byte[] body = whole.content().array();
          exchange.request(
              whole.headers()::get,
              body,
              outcome -> {
                if (outcome instanceof Decision decision) {
                  ctx.setEndpointGroup(Endpoint.parse(decision.endpoint().hostPort()));
                  HttpRequest sent = upstream(exchange, whole.headers(), body);
                  ctx.updateRequest(sent);
                  try {
                    answer.complete(Followed.of(client.execute(ctx, sent), exchange, loop));
                  } catch (Exception e) {
                    exchange.failed();
                    answer.completeExceptionally(e);
                  }
                } else {
                  exchange.close();
                  answer.complete(HttpResponse.of(((Rejection) outcome).reason().httpStatus()));
                }
              });
        });
    return HttpResponse.of(answer, loop);
  }

  private static HttpRequest upstream(Exchange exchange, RequestHeaders client, byte[] body) {
    RequestHeaders headers =
        client.withMutations(h -> {
          ControlHeaders.ALL.forEach(h::remove);
          exchange.upstreamHeaders().forEach(h::set);
        });
    return HttpRequest.of(headers, HttpData.wrap(exchange.edited(body)));
  }
}

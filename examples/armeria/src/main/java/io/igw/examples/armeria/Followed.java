package io.igw.examples.armeria;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.ResponseHeaders;
import io.igw.runtime.Exchange;
import io.netty.channel.EventLoop;

/** A response that an exchange hears of, and changes, as it passes. */
final class Followed {
  private Followed() {}

  /** When the response ends, however it does, the lease is given back. */
  static HttpResponse of(HttpResponse response, Exchange exchange, EventLoop loop) {
    HttpResponse followed =
        response
            .mapHeaders(head -> head(head, exchange))
            .mapData(data -> piece(data, exchange))
            .peekError(broken -> exchange.failed());
    followed
        .whenComplete()
        .whenCompleteAsync(
            (done, broken) -> {
              if (broken == null) {
                exchange.endResponse();
              }
              exchange.close();
            },
            loop);
    return followed;
  }

  private static ResponseHeaders head(ResponseHeaders head, Exchange exchange) {
    exchange.responseHeaders(head.status().code(), head.get("content-type"), null);
    return head.withMutations(h -> {
      exchange.responseHeaderEdits().forEach(h::set);
      if (exchange.editsResponse()) {
        h.remove(HttpHeaderNames.CONTENT_LENGTH);
      }
    });
  }

  private static HttpData piece(HttpData data, Exchange exchange) {
    byte[] bytes = data.array();
    byte[] edited = exchange.editedResponse(bytes);
    return edited == bytes ? data : HttpData.wrap(edited).withEndOfStream(data.isEndOfStream());
  }
}

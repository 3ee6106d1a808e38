package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Outcome;
import io.igw.api.RequestHeaders;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What one small request and its response allocate from first byte to last. */
class ExchangeAllocationTest {
  private static final byte[] BODY =
      ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\""
              + "x".repeat(400)
              + "\"}]}")
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] ANSWER =
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}"
          .getBytes(StandardCharsets.UTF_8);
  private static final RequestHeaders HEADERS =
      name ->
          switch (name) {
            case ":path" -> Gateway.CHAT;
            case "x-request-id" -> "r";
            default -> null;
          };
  private static final int MAX_BYTES = 4_000;

  @Test
  void aSmallRequest() {
    try (PickerRuntime runtime =
        Gateway.started(
            Gateway.runtime("dataLayer: {injectDefaults: false}")
                .endpoints(Gateway.endpoints(10)))) {
      for (int i = 0; i < 3_000; i++) {
        request(runtime);
      }
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long self = Thread.currentThread().getId();
      int count = 1_000;
      long before = threads.getThreadAllocatedBytes(self);
      for (int i = 0; i < count; i++) {
        request(runtime);
      }
      long bytes = (threads.getThreadAllocatedBytes(self) - before) / count;
      assertThat(bytes).isLessThan(MAX_BYTES);
      assertThat(runtime.scheduler().openLeases()).isZero();
    }
  }

  private static void request(PickerRuntime runtime) {
    Exchange exchange = runtime.open(Runnable::run);
    exchange.requestHeaders(HEADERS, null);
    exchange.requestBody(BODY, 0, BODY.length);
    exchange.endRequest(ExchangeAllocationTest::heard);
    exchange.responseHeaders(200, "application/json", null);
    exchange.responseBody(ANSWER, 0, ANSWER.length);
    exchange.endResponse();
    exchange.close();
  }

  private static void heard(Outcome outcome) {
    if (outcome == null) {
      throw new AssertionError();
    }
  }
}

package io.igw.extproc.picker;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.list;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.withSubset;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.igw.api.EndpointId;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.ExtProcStream;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.testing.Recorder;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.EndpointSpec;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A response may last for minutes: its stream must not hold what the client sent. */
class HeldHeadersTest {
  private static final String YAML =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      plugins:
      - {type: prefix-cache-scorer}
      - {type: token-load-scorer}
      dataLayer: {injectDefaults: false}
      """;

  @Test
  void headersAreLetGoOnceTheRequestIsRouted() throws InterruptedException {
    EndpointSpec endpoint =
        new EndpointSpec(new EndpointId("default", "e"), "10.0.0.1", 8000, 0, Map.of());
    try (PickerRuntime runtime =
        PickerRuntime.builder().yaml(YAML, "test").endpoints(List.of(endpoint)).build()) {
      runtime.start();
      Recorder replies = new Recorder();
      ExtProcStream stream =
          new ExtProcStream(
              new PickerHandler(runtime::open, false, false),
              Runnable::run,
              replies,
              ErrorFormat.OPENAI,
              StreamEvents.NONE);
      WeakReference<?> headers = request(stream);
      stream.message(responseHeaders(false, ":status", "200", "content-type", "text/event-stream"));
      stream.message(responseBody("data: {}\n\n", false));
      assertThat(replies.kinds())
          .containsExactly("request_headers", "request_body", "response_headers", "response_body");
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (headers.get() != null) {
        assertThat(System.nanoTime()).as("the headers are held").isLessThan(until);
        System.gc();
        Thread.sleep(5);
      }
      Reference.reachabilityFence(stream);
      stream.cancelled();
    }
  }

  private static WeakReference<?> request(ExtProcStream stream) {
    ProcessingRequest message = withSubset(post("cookie", "a=b"), list("10.0.0.1"));
    stream.message(message);
    stream.message(
        body(
            "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
            true));
    return new WeakReference<>(message.getRequestHeaders().getHeaders());
  }
}

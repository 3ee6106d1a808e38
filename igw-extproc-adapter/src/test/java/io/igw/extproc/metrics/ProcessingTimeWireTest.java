package io.igw.extproc.metrics;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Served;
import io.igw.runtime.PickerRuntime;
import io.prometheus.metrics.model.snapshots.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The processing time counts every request of a real stream once, refused ones too. */
@Timeout(240)
class ProcessingTimeWireTest {
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  private static long observed(Served served) {
    Buckets.Total total = new Buckets.Total(Bounds.REQUEST_PROCESSING_SECONDS);
    total.add(served.metrics.processing);
    return total.point(Labels.EMPTY).getClassicBuckets().stream()
        .mapToLong(bucket -> bucket.getCount())
        .sum();
  }

  private static ProcessingResponse answer(Served served, ProcessingRequest... messages)
      throws Exception {
    DataPlane plane = served.open(messages);
    ProcessingResponse first = plane.next();
    if (first.hasImmediateResponse()) {
      // The server has ended its side: all is counted.
      plane.status();
    }
    return first;
  }

  @Test
  void refusedRequestsCountLikeRoutedOnes() throws Exception {
    PickerRuntime.Builder builder = PickerRuntime.builder().objective("batch", -1);
    try (Served served = new Served(builder, ErrorFormat.OPENAI, Served.endpoints("127.9.0.1:9"))) {
      assertThat(status(answer(served, post(), body("{\"model\":\"m\"}", true)))).isEqualTo(400);
      assertThat(observed(served)).isEqualTo(1);
      ProcessingRequest batch = post("x-gateway-inference-objective", "batch");
      assertThat(status(answer(served, batch, body(CHAT, true)))).isEqualTo(429);
      assertThat(observed(served)).isEqualTo(2);
      assertThat(answer(served, post(), body(CHAT, true)).hasRequestHeaders()).isTrue();
      assertThat(observed(served)).isEqualTo(3);
    }
  }

  private static int status(ProcessingResponse refused) {
    return refused.getImmediateResponse().getStatus().getCodeValue();
  }
}

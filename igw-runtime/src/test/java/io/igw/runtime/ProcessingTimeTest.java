package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every request tells once how long it took, whatever became of it. */
class ProcessingTimeTest {
  private final AtomicLong clock = new AtomicLong(1_000);
  private final List<Long> times = new ArrayList<>();
  private @Nullable PickerRuntime running;

  private final PickerMetrics metrics =
      new PickerMetrics() {
        @Override
        public void requestStarted(RequestLabels labels, long bodyBytes, long processingNanos) {
          times.add(processingNanos);
        }

        @Override
        public void requestRefused(long processingNanos) {
          times.add(processingNanos);
        }
      };

  private Gateway gateway(PickerRuntime.Builder builder, int endpoints) {
    running =
        Gateway.started(
            builder
                .endpoints(Gateway.endpoints(endpoints))
                .nanoClock(clock::get)
                .maxRequestBodyBytes(1_000)
                .metrics(metrics));
    Gateway gateway = new Gateway(running).begin(Gateway.CHAT);
    clock.addAndGet(7);
    return gateway;
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  @Test
  void aRequestThatIsRouted() {
    Gateway gateway = gateway(Gateway.runtime(Rig.QUIET), 2);
    gateway.feed(Rig.BODY);
    assertThat(gateway.end()).isInstanceOf(Decision.class);
    gateway.exchange.close();
    assertThat(times).containsExactly(7L);
  }

  @Test
  void aBodyThatIsNotRead() {
    Gateway gateway = gateway(Gateway.runtime(Rig.QUIET), 2);
    gateway.feed("not json");
    assertThat(gateway.end()).isInstanceOf(Rejection.class);
    gateway.exchange.close();
    assertThat(times).containsExactly(7L);
  }

  @Test
  void aBodyThatIsTooLong() {
    Gateway gateway = gateway(Gateway.runtime(Rig.QUIET), 2);
    assertThat(gateway.feed("x".repeat(1_001))).isNotNull();
    gateway.exchange.close();
    assertThat(times).containsExactly(7L);
  }

  @Test
  void aPoolWithoutEndpoints() {
    Gateway gateway = gateway(Gateway.runtime(Rig.QUIET), 0);
    gateway.feed(Rig.BODY);
    assertThat(gateway.end())
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Reason.NO_ENDPOINTS));
    assertThat(times).containsExactly(7L);
  }

  @Test
  void aClientThatLeaves() {
    Gateway gateway = gateway(Gateway.runtime(Rig.QUIET), 2);
    gateway.exchange.close();
    gateway.exchange.close();
    assertThat(times).containsExactly(7L);
  }

  /** It was told of before it failed. */
  @Test
  void aRequestThatFailsAfterItsPick() {
    Gateway gateway =
        gateway(
            Gateway.runtime(Rig.QUIET)
                .decisionListener((id, request, evaluation, outcome) -> {
                  throw new IllegalStateException();
                }),
            2);
    gateway.feed(Rig.BODY);
    assertThat(gateway.end())
        .isInstanceOfSatisfying(
            Rejection.class, r -> assertThat(r.reason()).isEqualTo(Reason.INTERNAL));
    assertThat(times).containsExactly(7L);
  }
}

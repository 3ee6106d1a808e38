package io.igw.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class PollHealthTest {
  private static final long PAUSE = PollHealth.LOG_INTERVAL_NANOS;
  private static final String GOOD =
      """
      vllm:num_requests_waiting 1
      vllm:num_requests_running 1
      vllm:kv_cache_usage_perc 0.5
      """;

  private final Lines lines = new Lines();
  private final PollHealth health = new PollHealth(PollerRig.id("a"), lines);
  private final Extraction vllm = Facts.engine("vllm");

  private boolean read(String page, long nowNanos) {
    Facts.of(vllm, page);
    return health.read(vllm, page.length(), nowNanos);
  }

  @Test
  void aFailureIsLoggedWhenItBeginsAndWhenItEnds() {
    for (int i = 0; i < 100; i++) {
      health.failed("no route", i * PAUSE);
    }
    assertThat(health.failures()).isEqualTo(100);
    assertThat(health.lastError()).isEqualTo("no route");
    health.succeeded(100 * PAUSE);
    health.succeeded(101 * PAUSE);
    assertThat(health.failures()).isZero();
    assertThat(lines.all)
        .containsExactly(
            "WARN metrics of default/a: poll failed: no route; the last values age",
            "INFO metrics of default/a: polled again after 100 failures");
  }

  @Test
  void anEndpointThatComesAndGoesIsLoggedOncePerInterval() {
    for (int i = 0; i < 1000; i++) {
      health.failed("reason " + i, i);
      health.succeeded(i);
    }
    assertThat(lines.all).hasSize(1);
    health.failed("another", PAUSE);
    assertThat(lines.all).hasSize(2);
  }

  @Test
  void missingFamiliesThatMayBeMissingAreNamedOnceAndAreNoError() {
    assertThat(read(GOOD, 0)).isTrue();
    assertThat(read(GOOD, PAUSE)).isTrue();
    assertThat(health.lastError()).isNull();
    assertThat(lines.all)
        .singleElement()
        .asString()
        .startsWith("INFO metrics of default/a: read as engine vllm; not on its page: ")
        .contains("label block_size of vllm:cache_config_info", "LoRA family");
  }

  @Test
  void aProblemOfThePageIsNamedWhenItChanges() {
    assertThat(read(GOOD.replace("0.5", "NaN"), 0)).isFalse();
    assertThat(read(GOOD.replace("0.5", "NaN"), PAUSE)).isFalse();
    assertThat(health.lastError()).isEqualTo("page of engine vllm: 1 values discarded");
    assertThat(read(GOOD + "vllm:num_requests_waiting{\n", 2 * PAUSE)).isFalse();
    assertThat(health.lastError()).isEqualTo("page of engine vllm: 1 lines unreadable");
    assertThat(read("vllm:num_requests_waiting 1\n", 3 * PAUSE)).isFalse();
    assertThat(health.lastError()).startsWith("page of engine vllm: missing ");
    health.failed("no route", 3 * PAUSE);
    health.succeeded(3 * PAUSE);
    assertThat(read("vllm:num_requests_waiting 1\n", 3 * PAUSE)).isFalse();
    assertThat(health.lastError()).startsWith("page of engine vllm: missing ");
    lines.all.removeIf(line -> line.contains("poll"));
    assertThat(read("", 4 * PAUSE)).isFalse();
    assertThat(health.lastError()).startsWith("no metric of engine vllm on its page of 0 bytes");
    assertThat(lines.all).hasSize(4).allMatch(line -> line.startsWith("WARN metrics of default/a"));
    assertThat(read(GOOD, 5 * PAUSE)).isTrue();
    assertThat(health.lastError()).isNull();
    assertThat(lines.all).hasSize(5);
  }

  /** Keeps what is logged. */
  private static final class Lines extends LegacyAbstractLogger {
    @Serial private static final long serialVersionUID = 1;

    final transient List<String> all = new ArrayList<>();

    @Override
    protected String getFullyQualifiedCallerName() {
      return "";
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String pattern,
        Object @Nullable [] arguments,
        @Nullable Throwable thrown) {
      all.add(level + " " + MessageFormatter.basicArrayFormat(pattern, arguments));
    }

    @Override
    public boolean isTraceEnabled() {
      return true;
    }

    @Override
    public boolean isDebugEnabled() {
      return true;
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }
  }
}

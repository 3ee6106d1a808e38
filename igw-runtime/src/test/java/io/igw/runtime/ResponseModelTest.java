package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Decision;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which responses name the client's model, and what that costs the others. */
class ResponseModelTest {
  private static final String ANSWER = "{\"model\":\"target\",\"choices\":[]}";
  private static final String[] REWRITE = {"x-gateway-model-name-rewrite", "target"};

  private final Rig rig = new Rig();

  @AfterEach
  void stop() {
    rig.close();
  }

  private static Gateway asked(PickerRuntime runtime, String body, String... headers) {
    Gateway gateway = new Gateway(runtime);
    assertThat(gateway.post(Gateway.CHAT, body, headers)).isInstanceOf(Decision.class);
    return gateway;
  }

  private static String answered(Gateway gateway, String type, String... pieces) {
    gateway.exchange.responseHeaders(200, type, null);
    StringBuilder client = new StringBuilder();
    for (String piece : pieces) {
      byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
      client.append(new String(gateway.exchange.editedResponse(bytes), StandardCharsets.UTF_8));
    }
    gateway.exchange.endResponse();
    gateway.exchange.close();
    return client.toString();
  }

  @Test
  void theClientSeesTheModelThatItAskedFor() {
    PickerRuntime runtime = rig.start();
    Gateway gateway = asked(runtime, Rig.BODY, REWRITE);
    assertThat(gateway.exchange.editsResponse()).as("headers decide").isFalse();
    assertThat(gateway.exchange.wantsResponseBody()).isTrue();
    assertThat(answered(gateway, "application/json", ANSWER))
        .isEqualTo(ANSWER.replace("target", "m"));
    assertThat(gateway.exchange.responseHeaderEdits())
        .containsEntry("x-gateway-model-name-served", "target");
    assertThat(
            answered(
                asked(runtime, Rig.BODY, REWRITE),
                "text/event-stream",
                "data: {\"mod",
                "el\":\"tar",
                "ge",
                "t\"}\n\ndata: [DONE]\n\n"))
        .isEqualTo("data: {\"model\":\"m\"}\n\ndata: [DONE]\n\n");
  }

  @Test
  void theNameIsEscaped() {
    String body = Rig.BODY.replace("\"m\"", "\"q\\\"\\u00f6\\n\"");
    assertThat(answered(asked(rig.start(), body, REWRITE), "application/json", ANSWER))
        .isEqualTo(ANSWER.replace("target", "q\\\"ö\\u000a"));
  }

  @ParameterizedTest
  @CsvSource({
    "the request was not rewritten, m, application/json",
    "the response is of another type, target, text/html",
  })
  void otherResponsesPass(String why, String target, String type) {
    Gateway gateway = asked(rig.start(), Rig.BODY, "x-gateway-model-name-rewrite", target);
    gateway.exchange.responseHeaders(200, type, null);
    assertThat(gateway.exchange.editsResponse()).as(why).isFalse();
    byte[] bytes = ANSWER.getBytes(StandardCharsets.UTF_8);
    assertThat(gateway.exchange.editedResponse(bytes)).isSameAs(bytes);
    assertThat(gateway.exchange.responseHeaderEdits()).isEmpty();
    gateway.exchange.close();
  }

  @Test
  void aRequestWithoutAModelGetsWhatServed() {
    String body = Rig.BODY.replace("\"model\":\"m\",", "");
    Gateway gateway = asked(rig.start(), body, REWRITE);
    assertThat(gateway.edited(body)).contains("\"model\":\"target\"");
    assertThat(answered(gateway, "application/json", ANSWER)).isEqualTo(ANSWER);
  }

  @Test
  void aSettingLeavesTheTarget() {
    PickerRuntime runtime =
        rig.start(Gateway.runtime(Rig.QUIET).resources(ResourceOptions.of().restoreModel(false)));
    Gateway gateway = asked(runtime, Rig.BODY, REWRITE);
    assertThat(answered(gateway, "application/json", ANSWER)).isEqualTo(ANSWER);
    assertThat(gateway.exchange.responseHeaderEdits()).isEmpty();
  }

  @Test
  void aNameThatIsNoHeaderIsNotTold() {
    Gateway gateway = asked(rig.start(), Rig.BODY, "x-gateway-model-name-rewrite", "größe");
    answered(gateway, "application/json", ANSWER);
    assertThat(gateway.exchange.responseHeaderEdits()).isEmpty();
  }

  /** A chunk of a response that nothing changes allocates nothing. */
  @Test
  void chunksOfOtherResponsesAllocateNothing() {
    try (PickerRuntime runtime =
        Gateway.started(Gateway.runtime(Rig.QUIET).endpoints(Gateway.endpoints(1)))) {
      Gateway gateway = asked(runtime, Rig.BODY);
      gateway.exchange.responseHeaders(200, "text/event-stream", null);
      chunks(gateway.exchange);
      assertThat(chunks(gateway.exchange)).isLessThan(1_000);
      gateway.exchange.close();
    }
  }

  private static long chunks(Exchange exchange) {
    byte[] chunk =
        "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
            .getBytes(StandardCharsets.UTF_8);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(self);
    for (int i = 0; i < 20_000; i++) {
      exchange.responseBody(chunk, 0, chunk.length);
      if (exchange.editsResponse() || !exchange.responseEdits().isEmpty()) {
        throw new AssertionError();
      }
    }
    return threads.getThreadAllocatedBytes(self) - before;
  }
}

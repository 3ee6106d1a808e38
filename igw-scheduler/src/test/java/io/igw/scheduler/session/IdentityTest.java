package io.igw.scheduler.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.InferenceRequest;
import io.igw.scheduler.Made;
import io.igw.spi.DataProducer;
import io.igw.spi.RequestHeaderProcessor;
import io.igw.spi.RequestKey;
import io.igw.testkit.TestCycle;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who a request comes from (plugins-request-control.md 3.5, 6). */
class IdentityTest {
  private final Made made = new Made();

  private String session(Map<String, ?> parameters, String header, String... values) {
    InferenceRequest.Builder request = InferenceRequest.builder();
    for (String value : values) {
      request.header(header, value);
    }
    DataProducer producer = made.make(DataProducer.class, "session-id-producer", parameters);
    TestCycle cycle = TestCycle.on(Made.endpoints(1)).request(request.build()).produce(producer);
    RequestKey<String> key =
        made.schema.requestKey("SessionIDDataKey/session-id-producer", String.class);
    return cycle.get(key);
  }

  @Test
  void sessionFromAHeader() {
    assertThat(session(Map.of(), "x-session-id", " abc ")).isEqualTo("abc");
    assertThat(session(Map.of(), "x-other", "abc")).isNull();
    assertThat(session(Map.of("headerName", "X-Other"), "x-other", "abc")).isEqualTo("abc");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sid=abc|abc",
        "a=b; sid=abc; c=d|abc",
        "xsid=no;sid=abc|abc",
        "sid|",
        "a=b|",
        "sid=a=b|a=b",
        "; ;sid=x|x",
      })
  void sessionFromACookie(String header, String expected) {
    assertThat(session(Map.of("cookieName", "sid"), "cookie", header)).isEqualTo(expected);
  }

  /** Rule EPP-32; HTTP/2 clients send each cookie in a line of its own (RFC 9113, 8.2.3). */
  @Test
  void sessionFromAFurtherCookie() {
    assertThat(session(Map.of("cookieName", "sid"), "cookie", "a=b", "sid=x", "c=d"))
        .isEqualTo("x");
    assertThat(session(Map.of(), "x-session-id", "first", "second")).isEqualTo("first");
  }

  @Test
  void oneSourceOfSessions() {
    assertThat(Made.problems("session-id-producer", Map.of("headerName", "a", "cookieName", "b")))
        .anyMatch(p -> p.contains("only one of"));
  }

  @ParameterizedTest
  @CsvSource({
    "x-claude-code-session-id, x-mine, second",
    "x-session-affinity, session-id, first",
    "session-id, session_id, first",
    "session_id, unrelated, first",
  })
  void agentByTheFirstHeader(String first, String second, String winner) {
    RequestHeaderProcessor agent =
        made.make(
            RequestHeaderProcessor.class,
            "agent-identity",
            Map.of("additionalSessionHeaders", List.of("X-Mine")));
    TestCycle state = TestCycle.on(Made.endpoints(1));
    InferenceRequest request =
        InferenceRequest.builder().header(first, "first").header(second, "second").build();
    assertThat(agent.process(request, state)).isEqualTo(winner);
    assertThat(state.get(made.schema.requestKey("agent-identity/", String.class)))
        .isEqualTo(winner);
    assertThat(agent.process(InferenceRequest.builder().build(), state)).isNull();
  }
}

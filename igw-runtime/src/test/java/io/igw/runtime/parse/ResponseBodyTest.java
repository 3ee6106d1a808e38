package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Usage;
import io.igw.spi.RequestParser.ResponseBody;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseBodyTest {
  private static final String EVENTS =
      ": a comment\r\n\r\nevent: chunk\r\ndata: {\"id\":1,\"choices\":[{\"delta\":{\"content\":\"data: {\\\"usage\\\"\"}}],\"usage\":null}\r\n\r\n"
          + "data:{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\ndata: not json\n\n"
          + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":8}}}\n\ndata: [DONE]\n\n";

  private static Usage read(String contentType, String body) {
    ResponseBody response = new OpenAiParser().response(contentType);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    response.feed(bytes, 0, bytes.length);
    return response.usage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4,\"total_tokens\":14}} | 10 | -1 | 4",
        "{\"usage\":{\"input_tokens\":10,\"output_tokens\":4,\"input_tokens_details\":{\"cached_tokens\":6}}} | 10 | 6 | 4",
        "{\"usage\":{\"prompt_tokens\":\"12\",\"completion_tokens\":\"x\"}} | 12 | -1 | -1",
        "{\"usage\":{\"prompt_tokens\":1.5}} | -1 | -1 | -1",
        "{\"a\":{\"usage\":{\"prompt_tokens\":10}}} | -1 | -1 | -1",
        "{\"usage\":null} | -1 | -1 | -1",
        "not json | -1 | -1 | -1",
        "'' | -1 | -1 | -1",
      })
  void readsUsageOfAJsonResponse(String body, long prompt, long cached, long completion) {
    assertThat(read("application/json", body)).isEqualTo(new Usage(prompt, cached, completion));
  }

  @Test
  void readsUsageOfEvents() {
    assertThat(read("text/event-stream; charset=utf-8", EVENTS)).isEqualTo(new Usage(11, 8, 5));
    assertThat(
            read(
                "Text/Event-Stream",
                "data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":7,\"output_tokens\":2}}}\n\n"))
        .isEqualTo(new Usage(7, -1, 2));
  }

  @Test
  void doesNotDependOnHowEventsAreCut() {
    byte[] bytes = EVENTS.getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      ResponseBody response = new OpenAiParser().response("text/event-stream");
      response.feed(bytes, 0, cut);
      response.feed(bytes, cut, bytes.length - cut);
      assertThat(response.usage()).as("cut %d", cut).isEqualTo(new Usage(11, 8, 5));
    }
    ResponseBody bytewise = new OpenAiParser().response("text/event-stream");
    for (int i = 0; i < bytes.length; i++) {
      bytewise.feed(bytes, i, 1);
    }
    assertThat(bytewise.usage()).isEqualTo(new Usage(11, 8, 5));
  }

  @Test
  void aLineBeyondTheLimitIsPassedOver() {
    String huge =
        "data: {\"x\":\"" + "y".repeat(2_000_000) + "\",\"usage\":{\"prompt_tokens\":1}}\n\n";
    assertThat(read("text/event-stream", huge)).isEqualTo(Usage.UNKNOWN);
    assertThat(read("text/event-stream", huge + EVENTS)).isEqualTo(new Usage(11, 8, 5));
  }

  @Test
  void garbageNeverThrows() {
    SplittableRandom random = new SplittableRandom(2);
    byte[] good = EVENTS.getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 5_000; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i < 5; i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      ResponseBody response =
          new OpenAiParser().response(round % 2 == 0 ? "text/event-stream" : "application/json");
      response.feed(bad, 0, bad.length);
      response.usage();
    }
  }

  @Test
  void chunksAllocateNothing() {
    byte[] event =
        "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"}}],\"n\":1}\n\n"
            .getBytes(StandardCharsets.UTF_8);
    ResponseBody response = new OpenAiParser().response("text/event-stream");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 20_000; i++) {
      response.feed(event, 0, event.length);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      response.feed(event, 0, event.length);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
  }
}

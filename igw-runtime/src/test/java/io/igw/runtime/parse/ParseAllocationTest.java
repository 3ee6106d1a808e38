package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import io.igw.spi.RequestParser;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What parsing leaves behind for the collector. */
class ParseAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void aLargeBodyCostsItsBlockHashesAndLittleElse() {
    String code = "  return \\\"größe\\\" + x;\\n".repeat(20);
    StringBuilder messages = new StringBuilder();
    while (messages.length() < 400_000) {
      messages.append(messages.length() == 0 ? "" : ",");
      messages.append("{'role':'user','content':'").append(code).append("'}");
    }
    byte[] large = Bodies.json("{'model':'m','messages':[" + messages + "],'tools':[{'a':1}]}");
    byte[] small = Bodies.json("{'model':'m','messages':[{'role':'user','content':'x'}]}");
    long smallBytes = least(small);
    long largeBytes = least(large);
    long blocks = large.length / 256;
    // Hashes are kept in an array that doubles: less than four times their final size.
    assertThat(largeBytes - smallBytes).isLessThan(4 * 8 * 2 * blocks);
    assertThat(smallBytes).isLessThan(4096);
  }

  /**
   * A prompt of a million ids, in pieces as they arrive: the hashes are kept in an array that
   * doubles, and between two of its growths not a byte is allocated, be ids short or long, with
   * spaces or without, cut or whole.
   */
  @ParameterizedTest
  @CsvSource({
    "COMPLETIONS, prompt, 131072, ','",
    "COMPLETIONS, prompt, 131072, ', '",
    "COMPLETIONS, prompt, 4294967296, ','",
    "SGLANG, input_ids, 131072, ','",
    "VLLM, token_ids, 262144, ','",
  })
  void tokenIdsCostNothing(String name, String field, long ids, String comma) {
    int count = 1_000_000;
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder text = new StringBuilder("{'model':'m','" + field + "':[");
    int from = 0;
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : comma).append(random.nextLong(ids));
      // 8,192 blocks of 64 ids fill the array, 16,384 are not reached any more.
      from = i == 8_193 * 64 ? text.length() : from;
    }
    int to = text.length();
    byte[] body = Bodies.json(text + "]}");
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 2; round++) {
      JsonRequest request = new JsonRequest(api(name), MediaTokens.DEFAULT, RequestHeaders.NONE);
      feed(request, body, 0, from);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      feed(request, body, from, to);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      feed(request, body, to, body.length);
      RequestParser.Parsed parsed = request.finish();
      assertThat(parsed.error()).isNull();
      assertThat(parsed.prompt("m").blocks(64)).isEqualTo(count / 64);
    }
    assertThat(least).isZero();
  }

  private static JsonApi api(String name) {
    return switch (name) {
      case "SGLANG" -> GenerateApi.SGLANG;
      case "VLLM" -> GenerateApi.VLLM;
      default -> OpenAiApi.valueOf(name);
    };
  }

  private static void feed(JsonRequest request, byte[] body, int from, int to) {
    for (int at = from; at < to; at += 16_384) {
      request.feed(body, at, Math.min(16_384, to - at));
    }
  }

  private static long least(byte[] body) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      RequestParser.RequestBody request =
          new JsonRequest(OpenAiApi.CHAT, MediaTokens.DEFAULT, RequestHeaders.NONE);
      for (int at = 0; at < body.length; at += 65_536) {
        request.feed(body, at, Math.min(65_536, body.length - at));
      }
      RequestParser.Parsed parsed = request.finish();
      long after = THREADS.getCurrentThreadAllocatedBytes();
      assertThat(parsed.error()).isNull();
      least = Math.min(least, after - before);
    }
    return least;
  }

  @Test
  void chunksOfAResponseCostNothing() {
    byte[] event =
        Bodies.json(
            "data: {'id':'chatcmpl-1','choices':[{'delta':{'content':'w'}}],'usage':null}\n\n");
    byte[] json =
        Bodies.json("{'choices':[{'message':{'content':'x\\n'}}],'created':17e5,'usage':");
    RequestParser.ResponseBody whole = new EventStreamUsage(UsageTable.OPENAI);
    RequestParser.ResponseBody cut = new EventStreamUsage(UsageTable.OPENAI);
    RequestParser.ResponseBody document = new JsonUsage(UsageTable.OPENAI);
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        whole.feed(event, 0, event.length);
        cut.feed(event, i % event.length, event.length - i % event.length);
        cut.feed(event, 0, i % event.length);
        cut.usage();
      }
      document.feed(json, 0, json.length);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isZero();
  }
}

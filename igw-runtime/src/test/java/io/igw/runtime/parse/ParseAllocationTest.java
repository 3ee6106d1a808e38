package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.spi.RequestParser;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

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

  private static long least(byte[] body) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      RequestParser.RequestBody request = new JsonRequest(OpenAiApi.CHAT);
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

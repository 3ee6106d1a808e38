package io.igw.runtime.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.LoraAdapters;
import io.igw.api.Signal;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PageReaderTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final String PAGE =
      """
      # HELP vllm:num_requests_running Number of requests.
      # TYPE vllm:num_requests_running gauge
      vllm:num_requests_running{engine="0",path="C:\\\\temp\\n",quote="say \\"hi\\""} 11.0
      vllm:num_requests_running{engine="1"} 7.0
      vllm:num_requests_waiting_by_reason{reason="capacity"} 3.0
      vllm:num_requests_waiting{engine="0"} 4.0 1788626454631
      vllm:num_requests_waiting bad
      vllm:kv_cache_usage_perc{engine="0"} 0.7312

      vllm:kv_cache_usage_perc{engine="1"} NaN
      vllm:e2e_request_latency_seconds_bucket{le="0.3"} 12
      vllm:cache_config_info{block_size="16",num_gpu_blocks="12453"} 1.0
      vllm:lora_requests_info{max_lora="4",running_lora_adapters="a, b",waiting_lora_adapters="c"} 1.76e+09
      # EOF
      """;

  private static Facts read(Extraction extraction, byte[] page, SplittableRandom cuts, int most) {
    Facts facts = new Facts();
    extraction.begin();
    byte[] piece = new byte[most + 5];
    for (int p = 0; p < page.length; ) {
      int length = Math.min(cuts.nextInt(most + 1), page.length - p);
      System.arraycopy(page, p, piece, 5, length);
      extraction.read(piece, 5, length);
      p += length;
    }
    extraction.end(0, facts);
    return facts;
  }

  private static void assertSame(
      byte[] page, Facts whole, Extraction one, Facts cut, Extraction other) {
    assertThat(cut.numbers).as(() -> new String(page, UTF_8)).isEqualTo(whole.numbers);
    assertThat(cut.adapters).isEqualTo(whole.adapters);
    assertThat(other.malformedLines()).isEqualTo(one.malformedLines());
    assertThat(other.discarded()).isEqualTo(one.discarded());
    assertThat(other.recognised()).isEqualTo(one.recognised());
  }

  @Test
  void theResultDoesNotDependOnWhereThePageIsCut() {
    byte[] page = PAGE.getBytes(UTF_8);
    Extraction one = Facts.engine("vllm");
    Facts whole = Facts.of(one, PAGE);
    assertThat(whole.numbers).hasSize(4);
    for (int cut = 0; cut <= page.length; cut++) {
      Extraction other = Facts.engine("vllm");
      Facts facts = new Facts();
      other.begin();
      other.read(page, 0, cut);
      other.read(page, cut, page.length - cut);
      other.end(0, facts);
      assertSame(page, whole, one, facts, other);
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      Extraction other = Facts.engine("vllm");
      assertSame(page, whole, one, read(other, page, random, 1 + i % 40), other);
    }
  }

  @Test
  void noGarbageThrowsAndTheResultNeverDependsOnTheCuts() {
    SplittableRandom random = new SplittableRandom(42);
    byte[] sample = PAGE.getBytes(UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] page = sample.clone();
      for (int n = random.nextInt(1, 12); n > 0; n--) {
        int at = random.nextInt(page.length);
        switch (random.nextInt(4)) {
          case 0 -> page[at] = (byte) random.nextInt(256);
          case 1 -> page[at] = (byte) "{}=\",\\ \n#0e.-".charAt(random.nextInt(13));
          case 2 ->
              System.arraycopy(
                  sample, random.nextInt(page.length / 2), page, at, (page.length - at) / 2);
          default -> page[at] = sample[random.nextInt(sample.length)];
        }
      }
      Extraction one = Facts.engine("vllm");
      Extraction other = Facts.engine("vllm");
      Facts whole = new Facts();
      one.begin();
      one.read(page, 0, page.length);
      one.end(0, whole);
      assertSame(page, whole, one, read(other, page, random, 64), other);
    }
  }

  @Test
  void aNeededLineOverTheLimitIsSkippedWhateverTheCuts() {
    String rest = "{a=\"" + "x".repeat(PageReader.MAX_LINE_BYTES) + "\"} 1\n";
    String exact = "{a=\"" + "x".repeat(PageReader.MAX_LINE_BYTES - 8) + "\"} 2\n";
    byte[] page =
        ("vllm:num_requests_waiting" + rest + "vllm:num_requests_waiting" + exact).getBytes(UTF_8);
    for (int most : new int[] {page.length, 1000}) {
      Extraction vllm = Facts.engine("vllm");
      Facts facts = read(vllm, page, new SplittableRandom(3), most);
      assertThat(facts.numbers).containsExactly(Map.entry("WaitingQueueSize", 2.0));
      assertThat(vllm.malformedLines()).isEqualTo(1);
    }
  }

  @Test
  void findsTheFirstNewlineAmongAnyBytes() {
    SplittableRandom random = new SplittableRandom(5);
    byte[] bytes = new byte[64];
    for (int i = 0; i < 50_000; i++) {
      for (int k = 0; k < bytes.length; k++) {
        bytes[k] = (byte) (random.nextInt(20) == 0 ? '\n' : random.nextInt(8, 13) - 128 * (k & 1));
      }
      int from = random.nextInt(64);
      int to = random.nextInt(from, 65);
      int expected = from;
      while (expected < to && bytes[expected] != '\n') {
        expected++;
      }
      assertThat(PageReader.newline(bytes, from, to)).isEqualTo(expected);
    }
  }

  @Test
  void aHundredMegabytesOfGarbageNeedNoMemory() {
    byte[] noise = new byte[1 << 20];
    SplittableRandom random = new SplittableRandom(11);
    random.nextBytes(noise);
    byte[] endless = "vllm:num_requests_waiting{a=\"".getBytes(UTF_8);
    byte[] filler = new byte[1 << 20];
    Arrays.fill(filler, (byte) 'x');
    Extraction vllm = Facts.engine("vllm");
    vllm.begin();
    vllm.read(noise, 0, noise.length);
    long before = allocated();
    for (int i = 0; i < 50; i++) {
      vllm.read(noise, 0, noise.length);
    }
    vllm.read(new byte[] {'\n'}, 0, 1);
    vllm.read(endless, 0, endless.length);
    for (int i = 0; i < 50; i++) {
      vllm.read(filler, 0, filler.length);
    }
    assertThat(allocated() - before).isLessThan(1 << 20);
    vllm.end(0, new Facts());
    assertThat(vllm.malformedLines()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void unneededFamiliesAllocateNothing() {
    StringBuilder page = new StringBuilder(PAGE);
    for (int i = 0; i < 500; i++) {
      page.append("vllm:e2e_request_latency_seconds_bucket{engine=\"0\",le=\"" + i + "\"} 3.0\n");
      page.append("# HELP python_gc_").append(i).append(" something\n");
    }
    byte[] large = page.toString().getBytes(UTF_8);
    byte[] small = PAGE.getBytes(UTF_8);
    Extraction vllm = Facts.engine("vllm");
    Nothing nothing = new Nothing();
    for (int i = 0; i < 50; i++) {
      page(vllm, large, nothing);
      page(vllm, small, nothing);
    }
    assertThat(allocatedBy(() -> page(vllm, small, nothing))).isZero();
    assertThat(allocatedBy(() -> page(vllm, large, nothing))).isZero();
  }

  private static void page(Extraction extraction, byte[] page, Nothing nothing) {
    extraction.begin();
    for (int p = 0; p < page.length; p += 1000) {
      extraction.read(page, p, Math.min(1000, page.length - p));
    }
    extraction.end(0, nothing);
  }

  /** The least of several runs: a compiler thread's deoptimisation may allocate in one of them. */
  private static long allocatedBy(Runnable work) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long before = allocated();
      work.run();
      least = Math.min(least, allocated() - before);
    }
    return least;
  }

  private static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  private static final class Nothing implements Extraction.Sink {
    @Override
    public void number(Signal signal, double value) {}

    @Override
    public void adapters(@Nullable LoraAdapters adapters) {}

    @Override
    public void restarted() {}
  }
}

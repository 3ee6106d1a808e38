package io.igw.simulator;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands before the values of some histograms of a page. Immutable; the servers of a fleet
 * share it.
 */
final class HistogramLines {
  /** Those that engines other than vLLM show too, by the names that all of them use. */
  static final List<String> COMMON =
      List.of(
          "time_to_first_token_seconds",
          "e2e_request_latency_seconds",
          "inter_token_latency_seconds",
          "request_queue_time_seconds");

  private final List<String> names = new ArrayList<>();
  private final List<byte[][]> prefixes = new ArrayList<>();

  /**
   * For pages that show these histograms.
   *
   * @param names of {@link EngineCounters#histograms}; empty for all
   * @param prefix of each family, such as {@code vllm:}
   * @param labels in their order, {@code le} comes before {@code model_name}
   */
  HistogramLines(List<String> names, String prefix, String labels) {
    for (Histogram histogram : new EngineCounters().histograms()) {
      if (names.isEmpty() || names.contains(histogram.name)) {
        this.names.add(histogram.name);
        this.prefixes.add(lines(histogram, prefix, labels));
      }
    }
  }

  private static byte[][] lines(Histogram histogram, String prefix, String labels) {
    String name = prefix + histogram.name;
    int buckets = histogram.bounds.length;
    byte[][] lines = new byte[buckets + 3][];
    for (int i = 0; i < buckets; i++) {
      String line = bucket(name, labels, Double.toString(histogram.bounds[i]));
      String head = "# HELP " + name + " " + histogram.help + "\n# TYPE " + name + " histogram\n";
      lines[i] = ascii(i == 0 ? head + line : line);
    }
    lines[buckets] = ascii(bucket(name, labels, "+Inf"));
    lines[buckets + 1] = ascii(name + "_count{" + labels + "} ");
    lines[buckets + 2] = ascii(name + "_sum{" + labels + "} ");
    return lines;
  }

  private static String bucket(String name, String labels, String bound) {
    String all = labels.replace("model_name", "le=\"" + bound + "\",model_name");
    return name + "_bucket{" + all + "} ";
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  void write(EngineCounters counters, ByteBuf out) {
    int next = 0;
    for (Histogram histogram : counters.histograms()) {
      if (next < names.size() && names.get(next).equals(histogram.name)) {
        write(histogram, prefixes.get(next++), out);
      }
    }
  }

  private static void write(Histogram histogram, byte[][] lines, ByteBuf out) {
    int buckets = histogram.bounds.length;
    long below = 0;
    for (int i = 0; i < buckets; i++) {
      below += histogram.in(i);
      value(out, lines[i], below + ".0\n");
    }
    value(out, lines[buckets], histogram.count() + ".0\n");
    value(out, lines[buckets + 1], histogram.count() + ".0\n");
    value(out, lines[buckets + 2], histogram.sum() + "\n");
  }

  private static void value(ByteBuf out, byte[] prefix, String value) {
    out.writeBytes(prefix);
    out.writeCharSequence(value, StandardCharsets.US_ASCII);
  }
}

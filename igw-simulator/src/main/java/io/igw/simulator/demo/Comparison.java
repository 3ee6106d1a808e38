package io.igw.simulator.demo;

import java.util.Locale;

/**
 * The final table. Immutable.
 *
 * @param gateway name of the gateway
 * @param seed seed of the workload
 * @param random what picking at random gave
 * @param igw what igw gave
 */
record Comparison(String gateway, long seed, PlayResult random, PlayResult igw) {
  String table() {
    return String.format(Locale.ROOT, "%-24s %10s %10s %10s%n", "", "random", "igw", "igw/random")
        + row("prefix hit ratio, %", 100 * random.hitRatio(), 100 * igw.hitRatio())
        + row("TTFT p50, ms", random.firstTokenMillis(0.5), igw.firstTokenMillis(0.5))
        + row("TTFT p90, ms", random.firstTokenMillis(0.9), igw.firstTokenMillis(0.9))
        + row("requests/s", random.requestsPerSecond(), igw.requestsPerSecond())
        + row("generated tokens/s", random.tokensPerSecond(), igw.tokensPerSecond())
        + String.format(Locale.ROOT, "%-24s %10d %10d%n", "errors", random.errors(), igw.errors());
  }

  private static String row(String name, double left, double right) {
    String ratio = left > 0 ? String.format(Locale.ROOT, "%.2f", right / left) : "-";
    return String.format(Locale.ROOT, "%-24s %10.1f %10.1f %10s%n", name, left, right, ratio);
  }

  /** Whether igw answered everything, and there is something to compare it with. */
  boolean answered() {
    return random.sent() > random.errors() && igw.sent() > 0 && igw.errors() == 0;
  }

  String json() {
    return String.format(
        Locale.ROOT,
        "{\"gateway\":\"%s\",\"seed\":%d,%n \"random\":%s,%n \"igw\":%s,%n"
            + " \"hitRatioFactor\":%s,\"ttftP90Factor\":%s}%n",
        gateway,
        seed,
        json(random),
        json(igw),
        factor(random.hitRatio(), igw.hitRatio()),
        factor(random.firstTokenMillis(0.9), igw.firstTokenMillis(0.9)));
  }

  private static String factor(double left, double right) {
    return left > 0 ? String.format(Locale.ROOT, "%.4f", right / left) : "null";
  }

  private static String json(PlayResult result) {
    return String.format(
        Locale.ROOT,
        "{\"requests\":%d,\"errors\":%d,\"prefixHitRatio\":%.4f,\"ttftP50Ms\":%.1f,"
            + "\"ttftP90Ms\":%.1f,\"requestsPerSecond\":%.2f,\"tokensPerSecond\":%.1f,"
            + "\"promptTokens\":%d,\"cachedTokens\":%d,\"seconds\":%.2f}",
        result.sent(),
        result.errors(),
        result.hitRatio(),
        result.firstTokenMillis(0.5),
        result.firstTokenMillis(0.9),
        result.requestsPerSecond(),
        result.tokensPerSecond(),
        result.promptTokens(),
        result.cachedTokens(),
        result.seconds());
  }
}

package io.igw.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures what has a bound and prints one line each: name, value, bound, PASS or FAIL. Exit code 0
 * only if all pass.
 *
 * <p>Command: {@code benchmarks/check [NAME…]}; without names, every part runs.
 */
public final class Check {
  /** One group of measurements. */
  private interface Part {
    void run() throws Exception;
  }

  private Check() {}

  /**
   * {@code args}: names of parts. System properties: {@code igw.java.home} (the JDK to measure on),
   * {@code igw.root} (the source tree).
   */
  public static void main(String[] args) throws Exception {
    Path javaHome = Path.of(System.getProperty("igw.java.home"));
    Path root = Path.of(System.getProperty("igw.root"));
    List<Bound> bounds = new ArrayList<>();
    Consumer<Bound> report =
        bound -> {
          bounds.add(bound);
          System.out.println(bound);
        };
    JmhChecks jmh = new JmhChecks(javaHome.resolve("bin/java"), report);
    Servers servers = new Servers(root, javaHome);
    IdleChecks idle = new IdleChecks(servers, report);
    LoadChecks load = new LoadChecks(servers, report);
    PacedChecks paced = new PacedChecks(servers, report);
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("cycle", jmh::cycle);
    parts.put("prefix", jmh::prefix);
    parts.put("tokens", jmh::tokenIds);
    parts.put("plugins", new PluginChecks(jmh, report)::perEndpoint);
    parts.put("start", idle::start);
    parts.put("memory", idle::memory);
    parts.put("scrape", idle::scrape);
    parts.put("idle", idle::idle);
    parts.put("extproc", load::saturated);
    parts.put("alloc", load::allocation);
    parts.put("tls", load::handshakes);
    parts.put("paced", paced::besideNullServer);
    parts.put("gateway", new GatewayChecks(servers, report)::timeToFirstByte);
    parts.put("negotiated", new NegotiatedChecks(servers, report)::streamBesideJson);
    List<String> names = args.length == 0 ? List.copyOf(parts.keySet()) : List.of(args);
    for (String name : names) {
      if (!parts.containsKey(name)) {
        System.err.printf("%s (expected: one of %s)%n", name, String.join(", ", parts.keySet()));
        System.exit(2);
      }
    }
    System.out.printf("JDK %s, %d cores%n", javaHome, Runtime.getRuntime().availableProcessors());
    for (String name : names) {
      parts.get(name).run();
    }
    long failed = bounds.stream().filter(bound -> !bound.passes()).count();
    System.out.println(bounds.size() + " checked, " + failed + " failed");
    System.exit(failed == 0 ? 0 : 1);
  }
}

package io.igw.simulator.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulateToolTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return new SimulateTool().run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @Test
  void comparesAndDraws() throws Exception {
    Path json = directory.resolve("r.json");
    Path charts = directory.resolve("charts");
    int code =
        run(
            "--workload",
            "shared-prefix",
            "--requests",
            "300",
            "--servers",
            "3",
            "--compare",
            "random,lmetric",
            "--rate",
            "1,2",
            "--seeds",
            "2",
            "--json",
            json.toString(),
            "--charts",
            charts.toString());
    assertThat(err.toString()).contains("random at 1.00 x", "lmetric at 2.00 x");
    assertThat(code).isZero();
    assertThat(out.toString()).contains("| random  |  1.00 |", "| lmetric |  2.00 |");
    assertThat(Files.readString(json)).contains("\"profile\" : \"lmetric\"", "\"ttft_p90_s\"");
    assertThat(Files.readString(json))
        .contains("\"workload\" : \"shared-prefix\"", "\"num_gpu_blocks\" : 6437.0");
    for (String metric : List.of("ttft_mean_s", "tpot_p99_s", "shed", "imbalance")) {
      assertThat(Files.readString(charts.resolve(metric + ".svg")))
          .startsWith("<svg")
          .contains("lmetric");
    }
  }

  @Test
  void findsTheKnee() {
    assertThat(
            run(
                "--requests",
                "400",
                "--servers",
                "2",
                "--per-second",
                "5",
                "--slo-ttft",
                "300ms",
                "--sweep"))
        .isZero();
    assertThat(out.toString()).containsPattern("knee of llm-d: [0-9.]+ x");
  }

  /** Fifty requests are over before a queue grows, however fast they come. */
  @Test
  void theEndOfTheSearchIsNoKnee() throws Exception {
    Path json = directory.resolve("r.json");
    String[] few = {
      "--requests=50", "--slo-ttft=60m", "--slo-tpot=60m", "--sweep", "--json=" + json
    };
    assertThat(run(few)).isZero();
    assertThat(out.toString())
        .contains("no knee of llm-d up to 512 x the trace's rate")
        .doesNotContain("| knee", "\nknee of");
    assertThat(Files.readString(json)).contains("\"knee\" : null", "\"no_knee_up_to\" : 512.0");
  }

  @Test
  void aComparisonNeedsAKnee() throws Exception {
    Path json = directory.resolve("r.json");
    assertThat(
            run(
                "--requests=20",
                "--slo-tpot=1ms",
                "--sweep",
                "--compare=random,lmetric",
                "--json=" + json))
        .isEqualTo(1);
    assertThat(out.toString()).contains("no knee of random down to 0.00").doesNotContain("lmetric");
    assertThat(err.toString()).contains("--compare has no knee to go by");
    assertThat(Files.readString(json)).contains("\"knee\" : null", "\"no_knee_down_to\" : 0.00");
  }

  @Test
  void whatWasNeverServedIsShownAndTold() {
    assertThat(run("--workload=agentic", "--requests=400", "--num-gpu-blocks=40")).isZero();
    assertThat(out.toString()).containsPattern("\\| +shed \\| +unserved \\|");
    int served = served(out.toString());
    assertThat(served).isBetween(1, 399);
    assertThat(err.toString())
        .contains("warning: llm-d at 1.00 x: " + (400 - served) + " of 400 requests were never")
        .contains("the 40 KV blocks of an engine");
  }

  /** 400 less what the table's row says was not. */
  private static int served(String table) {
    String[] titles =
        table.lines().filter(l -> l.startsWith("| profile")).findFirst().orElseThrow().split("\\|");
    String[] row =
        table.lines().filter(l -> l.startsWith("| llm-d")).findFirst().orElseThrow().split("\\|");
    for (int i = 0; i < titles.length; i++) {
      if (titles[i].strip().equals("unserved")) {
        return 400 - Integer.parseInt(row[i].strip());
      }
    }
    throw new AssertionError("no column: " + table);
  }

  @Test
  void nothingServedIsAFailureWithoutTimes() throws Exception {
    Path nobody =
        Files.writeString(
            directory.resolve("nobody.yaml"),
            """
            apiVersion: llm-d.ai/v1alpha1
            kind: EndpointPickerConfig
            plugins:
            - {type: by-label, parameters: {label: tier, validValues: [gold]}}
            - {type: random-picker}
            schedulingProfiles:
            - name: default
              plugins:
              - {pluginRef: by-label}
              - {pluginRef: random-picker}
            """);
    Path json = directory.resolve("r.json");
    Path charts = directory.resolve("charts");
    String[] options = {
      "--requests=50", "--profile=" + nobody, "--json=" + json, "--charts=" + charts
    };
    assertThat(run(options)).isEqualTo(1);
    assertThat(err.toString()).contains("nobody at 1.00 x: no request was served");
    assertThat(out.toString())
        .containsPattern("\\| nobody +\\| +1.00 \\| +- \\|")
        .contains("|   50 |        0 |");
    assertThat(Files.readString(json))
        .contains("\"ttft_p50_s\" : null")
        .contains("\"shed\" : 50.0");
    assertThat(Files.readString(charts.resolve("ttft_p50_s.svg"))).doesNotContain("NaN");
  }

  @Test
  void presetsAndAdaptersAreChosen() throws Exception {
    Path json = directory.resolve("r.json");
    String[] few = {"--workload=lora-mix", "--requests=300", "--servers=2", "--json=" + json};
    assertThat(run(few)).isZero();
    String first = Files.readString(json);
    assertThat(first)
        .contains("\"preset\" : \"llama-3.1-8b-h100\"", "\"max_loras\" : 4.0", "\"speed\" : 1.0");
    assertThat(run(with(few, "--preset=llama-3.3-70b-fp8-h200", "--max-loras=12"))).isZero();
    String second = Files.readString(json);
    assertThat(second)
        .contains("\"preset\" : \"llama-3.3-70b-fp8-h200\"", "\"max_loras\" : 12.0")
        .contains("\"num_gpu_blocks\" : 5171.0");
    assertThat(metric(second, "tpot_p50_s")).isGreaterThan(2 * metric(first, "tpot_p50_s"));
    assertThat(run(with(few, "--lora-load-time=2s"))).isZero();
    String slowLoads = Files.readString(json);
    assertThat(metric(slowLoads, "ttft_mean_s")).isGreaterThan(metric(first, "ttft_mean_s"));
    assertThat(run(with(few, "--speed=3"))).isZero();
    assertThat(metric(Files.readString(json), "tpot_p50_s"))
        .isLessThan(metric(first, "tpot_p50_s") / 2);
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
  }

  private static double metric(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\" : ([0-9.E-]+)").matcher(json);
    assertThat(matcher.find()).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void theSameCommandPrintsTheSameBytes() {
    String[] options = {
      "--workload=bursts", "--requests=200", "--compare=llm-d,least-load", "--rate=1,3"
    };
    assertThat(run(options)).isZero();
    String first = out.toString();
    out.getBuffer().setLength(0);
    assertThat(run(options)).isZero();
    assertThat(out.toString()).isEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --servers 0            | --servers: 0 (expected: 1..10000)
          --rate 0               | --rate: 0.0 (expected: > 0)
          --workload chess       | --workload: chess (expected: one of
          --profile nobody       | profile 'nobody': no such file
          --block-size 100       | --block-size: 100 (expected: a multiple of 64)
          --num-gpu-blocks -5    | --num-gpu-blocks: -5 (expected: > 0)
          --requests 0           | --requests: 0 (expected: > 0)
          --slo-ttft -5s         | --slo-ttft: -5000ms (expected: not negative)
          --json /none/x.json    | --json: /none/x.json (expected: a file in a writable folder that exists)
          --json /proc           | --json: /proc (expected: a file in
          --charts /proc/stat/a  | --charts: /proc/stat/a (expected: a writable folder)
          --scrape-delay soon    | (expected: a duration such as
          --num-gpu-blocks 1     | --num-gpu-blocks: 1 (expected: >= 3
          --max-loras 0          | --max-loras: 0 (expected: > 0)
          --lora-load-time -1s   | --lora-load-time: -1000ms (expected: not negative)
          --speed 0              | --speed: 0.0 (expected: > 0)
          --preset gpt           | --preset: gpt (expected: one of llama-3.1-8b-h100, llama-3.1-8b-fp8-h100, llama-3.3-70b-fp8-h200)
          --sweep --rate 2       | --rate: [2.0] (expected: not with --sweep, unless with --compare)
          --trace t --workload agentic | --workload: agentic (expected: not with --trace
          --trace t --per-second 3     | --per-second: 3.0 (expected: not with --trace
          --compare lmetric --profile gie | --profile: gie (expected: not with --compare
          --knee-of lmetric      | --knee-of: lmetric (expected: not with anything but --sweep)
          --lenient              | --lenient: set (expected: not with a workload
          --nonsense             | Unknown option: '--nonsense'
          """)
  void refusesNonsense(String args, String message) {
    assertThat(run(args.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(message).contains("igw simulate --help");
  }

  @Test
  void refusesAConfigurationThatMakesNoSense() throws Exception {
    Path file = Files.writeString(directory.resolve("p.yaml"), "plugins: 3\n");
    assertThat(run("--profile", file.toString(), "--requests", "10")).isEqualTo(2);
    assertThat(err.toString()).contains("apiVersion");
  }

  @Test
  void helps() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("--compare", "--scrape-interval");
  }
}

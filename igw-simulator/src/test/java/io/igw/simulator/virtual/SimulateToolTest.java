package io.igw.simulator.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

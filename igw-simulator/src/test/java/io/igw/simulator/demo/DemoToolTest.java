package io.igw.simulator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoToolTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--json=/none/x.json | --json: /none/x.json (expected: a file in a writable folder that exists)",
        "--json=/proc | --json: /proc (expected: a file in",
        "--servers=0 | --servers: 0 (expected: 1..256)",
        "--requests=-1 | --requests: -1 (expected: 1..1000000)",
        "--duration=61m | --duration: 3660000ms (expected: more than 0, at most 60m)",
      })
  void aBadOptionIsNamedBeforeAnythingIsPlayed(String option, String message) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = new DemoTool().run(new PrintWriter(out), new PrintWriter(err), option);
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).startsWith("igw demo: " + message);
    assertThat(out.toString()).isEmpty();
  }
}

package io.igw.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo through the embedded gateway. */
class EmbeddedDemoTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    ToolProvider demo = ToolProvider.findFirst("demo").orElseThrow();
    return demo.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void playsBothWaysAndCompares(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("table.json");
    int code =
        run(
            "--gateway",
            "embedded",
            "--duration",
            "5s",
            "--servers",
            "4",
            "--requests",
            "60",
            "--seed",
            "7",
            "--json",
            json.toString());
    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString())
        .contains("gateway    embedded Java gateway")
        .contains("prefix-cache-scorer=")
        .contains("at random")
        .contains("TTFT p90, ms");
    assertThat(Files.readString(json))
        .contains("\"gateway\":\"embedded\",\"seed\":7")
        .containsPattern("\"random\":\\{\"requests\":60,\"errors\":0,")
        .containsPattern("\"igw\":\\{\"requests\":60,\"errors\":0,")
        .contains("\"hitRatioFactor\":");
  }

  @ParameterizedTest
  @CsvSource({
    "--duration, soon, a duration such as 20s",
    "--duration, 0s, expected: more than 0",
    "--requests, -1, expected: 1..1000000",
    "--servers, 0, expected: 1..256",
    "--nonsense, 1, --nonsense"
  })
  void refusesBadOptions(String option, String value, String message) {
    assertThat(run(option, value)).isEqualTo(2);
    assertThat(err.toString()).contains(message).contains("igw demo --help");
  }

  @Test
  void refusesUnknownGateway() {
    assertThat(run("--gateway", "nginx")).isEqualTo(1);
    assertThat(err.toString()).contains("--gateway: nginx (expected: ").contains("embedded");
  }

  @Test
  void explainsItself() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("--duration").contains("--json").contains("--gateway");
  }
}

package io.igw.benchmarks.rig;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.server.EventLoops;
import io.igw.extproc.server.ExtProcServer;
import io.igw.extproc.stream.StreamHandler;
import io.igw.extproc.tls.ServerTls;
import io.igw.runtime.PickerRuntime;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import io.igw.simulator.envoy.EnvoyProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rig against servers that speak TLS with a certificate of their own. */
@Timeout(240)
class RigTlsTest {
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private EventLoops loops;

  @BeforeEach
  void start() {
    loops = new EventLoops(1);
    PrintStream captured = new PrintStream(told, true, StandardCharsets.UTF_8);
    System.setOut(captured);
    System.setErr(captured);
  }

  @AfterEach
  void stop() {
    System.setOut(out);
    System.setErr(err);
    loops.close();
  }

  private ExtProcServer server(StreamHandler handler) throws Exception {
    ServerTls tls = ServerTls.create(null, Instant.now(), List.of("localhost"), "", List.of());
    return ExtProcServer.builder(handler, loops)
        .tls(tls.context())
        .start(new InetSocketAddress("127.0.0.1", 0));
  }

  private int run(ExtProcServer server, String... more) {
    String[] always = {
      "--target=one=127.0.0.1:" + server.port(),
      "--seconds=1",
      "--warm-up=0",
      "--turns=1",
      "--rate=20"
    };
    String[] args = new String[always.length + more.length];
    System.arraycopy(always, 0, args, 0, always.length);
    System.arraycopy(more, 0, args, always.length, more.length);
    return RigMain.run(args);
  }

  private String told() {
    return told.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "churn"})
  void measuresWhatIsEncrypted(String scenario) throws Exception {
    try (ExtProcServer server = server(StreamHandler.CONTINUE)) {
      assertThat(run(server, "--tls", "--scenario=" + scenario)).isZero();
    }
    assertThat(told()).containsPattern("one +[1-9][0-9]* +0 ");
  }

  @Test
  void withoutTheFlagNobodyAnswers() throws Exception {
    try (ExtProcServer server = server(StreamHandler.CONTINUE)) {
      assertThat(run(server, "--patience=1")).isEqualTo(1);
      assertThat(told()).contains("no answer from 127.0.0.1:" + server.port());
    }
  }

  @Test
  void throughARealEnvoy() throws Exception {
    Assumptions.assumeTrue(
        EnvoyProcess.find().isPresent(), "no Envoy found: run scripts/install-envoy");
    EngineSettings fast = EngineSettings.defaults().withSpeed(20);
    try (ModelServers models = ModelServers.start(2, fast);
        PickerRuntime picker = PickerRuntime.builder().endpoints(models.endpoints()).build()) {
      picker.start();
      try (ExtProcServer server = server(new PickerHandler(picker::open, false, false))) {
        assertThat(run(server, "--tls", "--with-envoy")).isZero();
      }
      assertThat(models.servers()).allMatch(model -> model.counters().completed() > 0);
    }
    assertThat(told()).containsPattern("one +[1-9][0-9]* +0 ");
  }
}

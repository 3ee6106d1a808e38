package io.igw.benchmarks.rig;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.igw.api.Rejection;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.server.EventLoops;
import io.igw.extproc.server.ExtProcServer;
import io.igw.extproc.stream.HeaderList;
import io.igw.extproc.stream.StreamHandler;
import io.igw.extproc.stream.StreamSession;
import io.igw.runtime.PickerRuntime;
import io.igw.simulator.EngineSettings;
import io.igw.simulator.ModelServers;
import io.igw.simulator.envoy.EnvoyProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class RigMainTest {
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private EventLoops loops;
  private ExtProcServer server;

  @BeforeEach
  void start() throws Exception {
    loops = new EventLoops(1);
    server =
        ExtProcServer.builder(StreamHandler.CONTINUE, loops)
            .start(new InetSocketAddress("127.0.0.1", 0));
    PrintStream captured = new PrintStream(told, true, StandardCharsets.UTF_8);
    System.setOut(captured);
    System.setErr(captured);
  }

  @AfterEach
  void stop() {
    System.setOut(out);
    System.setErr(err);
    server.close();
    loops.close();
  }

  private int run(String target, String... more) {
    String[] args = new String[more.length + 8];
    System.arraycopy(
        new String[] {"--target", target, "--seconds", "1", "--warm-up", "0", "--turns", "1"},
        0,
        args,
        0,
        8);
    System.arraycopy(more, 0, args, 8, more.length);
    return RigMain.run(args);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "chunks", "prompt", "mixed", "churn"})
  void measuresWhatAnswers(String scenario) {
    String address = "127.0.0.1:" + server.port();
    long pid = ProcessHandle.current().pid();
    int code =
        run(
            "one=" + address + "," + pid,
            "--target",
            "two=" + address,
            "--scenario",
            scenario,
            "--rate",
            "20",
            "--arrivals",
            "fixed");
    assertThat(told.toString(StandardCharsets.UTF_8))
        .containsPattern("one +[0-9]+ +0 +[0-9.]+ +1.00 ")
        .containsPattern("two +[0-9]+ +0 +- +- +- ");
    assertThat(code).isZero();
  }

  @Test
  void measuresWhatAsksForNothing() {
    String target = "one=127.0.0.1:1," + ProcessHandle.current().pid();
    assertThat(run(target, "--scenario", "idle")).isZero();
    assertThat(told.toString(StandardCharsets.UTF_8)).contains("CPU us/s").contains("1.00");
  }

  @Test
  void saysThatNobodyAnswers() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertThat(run("gone=127.0.0.1:" + port, "--patience", "1")).isEqualTo(1);
    assertThat(told.toString(StandardCharsets.UTF_8)).contains("no answer from 127.0.0.1:" + port);
  }

  /** A server that takes connections and does the given with each. */
  private static ServerSocket listener(Consumer<Socket> then) throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Thread thread =
        new Thread(() -> {
          while (!listener.isClosed()) {
            try {
              then.accept(listener.accept());
            } catch (IOException e) {
              // Closed.
            }
          }
        });
    thread.setDaemon(true);
    thread.start();
    return listener;
  }

  @Test
  void saysThatAServerIsSilent() throws Exception {
    List<Socket> held = new CopyOnWriteArrayList<>();
    try (ServerSocket silent = listener(held::add)) {
      int port = silent.getLocalPort();
      assertThat(run("silent=127.0.0.1:" + port, "--patience", "1")).isEqualTo(1);
      assertThat(told.toString(StandardCharsets.UTF_8))
          .contains("no answer from 127.0.0.1:" + port + ": it is silent for 1 s");
    }
  }

  @Test
  void saysThatAServerResets() throws Exception {
    try (ServerSocket resets = listener(RigMainTest::reset)) {
      int port = resets.getLocalPort();
      assertThat(run("resets=127.0.0.1:" + port, "--patience", "1")).isEqualTo(1);
      assertThat(told.toString(StandardCharsets.UTF_8))
          .containsPattern("no answer from 127.0.0.1:" + port + ": .*UNAVAILABLE");
    }
  }

  private static void reset(Socket socket) {
    try (socket) {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first exchange is answered, so that the rig goes on; others never are. */
  private ExtProcServer fallsSilent() throws IOException {
    AtomicBoolean answered = new AtomicBoolean();
    StreamHandler silent =
        new StreamHandler() {
          @Override
          public StreamSession open(Executor loop) {
            return answered.compareAndSet(false, true) ? StreamSession.PASSIVE : new Silent();
          }

          @Override
          public boolean readsRequestBodies() {
            return true;
          }
        };
    return ExtProcServer.builder(silent, loops).start(new InetSocketAddress("127.0.0.1", 0));
  }

  @Test
  void whatIsNeverAnsweredHasFailed() throws Exception {
    try (ExtProcServer silent = fallsSilent()) {
      String target = "silent=127.0.0.1:" + silent.port();
      assertThat(run(target, "--rate", "20", "--deadline", "1")).isEqualTo(1);
    }
    assertThat(told.toString(StandardCharsets.UTF_8))
        .containsPattern("silent +0 +[1-9][0-9]* +- +- +- +- +- +- +-")
        .containsPattern("the last failure: .*no answer within 1 s")
        .doesNotContain("did not begin");
  }

  /** Takes requests and never decides. */
  private static final class Silent implements StreamSession {
    @Override
    public void requestHeaders(HeaderList headers, Metadata metadata) {}

    @Override
    public @Nullable Rejection requestBody(ByteString piece) {
      return null;
    }

    @Override
    public void requestMetadata(Metadata metadata) {}

    @Override
    public void endRequest(Verdict verdict) {}

    @Override
    public @Nullable HeaderMutation responseHeaders(HeaderList headers, Metadata metadata) {
      return null;
    }

    @Override
    public boolean wantsResponseBody() {
      return false;
    }

    @Override
    public void responseBody(ByteString piece) {}

    @Override
    public @Nullable Struct endResponse() {
      return null;
    }

    @Override
    public void detach() {}

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @CsvSource({
    "a=nowhere, --rate, 1, expected: NAME=HOST:PORT",
    "'a=127.0.0.1:1,x', --rate, 1, expected: NAME=HOST:PORT",
    "a=127.0.0.1:1, --rate, 0, '--rate: 0.0'",
    "a=127.0.0.1:1, --in-flight, 0, '--in-flight: 0 (expected: 1 or more)'",
    "a=127.0.0.1:1, --deadline, -1, '--deadline: -1 (expected: 1 or more)'",
    "a=127.0.0.1:1, --scenario, none, Invalid value for option '--scenario'",
    "a=127.0.0.1:1, --scenario, idle, 'expected: a PID'"
  })
  void refusesNonsense(String target, String option, String value, String message) {
    assertThat(run(target, option, value)).isEqualTo(2);
    assertThat(told.toString(StandardCharsets.UTF_8)).contains(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "chunks"})
  void throughARealEnvoy(String scenario) throws Exception {
    Assumptions.assumeTrue(
        EnvoyProcess.find().isPresent(), "no Envoy found: run scripts/install-envoy");
    EngineSettings fast = EngineSettings.defaults().withSpeed(20);
    try (ModelServers models = ModelServers.start(2, fast);
        PickerRuntime picker = PickerRuntime.builder().endpoints(models.endpoints()).build()) {
      picker.start();
      PickerHandler handler = new PickerHandler(picker::open, false, false);
      try (ExtProcServer epp =
          ExtProcServer.builder(handler, loops).start(new InetSocketAddress("127.0.0.1", 0))) {
        String target = "igw=127.0.0.1:" + epp.port() + "," + ProcessHandle.current().pid();
        assertThat(run(target, "--with-envoy", "--scenario", scenario, "--rate", "20")).isZero();
      }
      assertThat(models.servers()).allMatch(server -> server.counters().completed() > 0);
    }
    assertThat(told.toString(StandardCharsets.UTF_8))
        .containsPattern("igw +[0-9]+ +0 +[0-9.]+ +1.00 ");
  }

  @Test
  void saysWhatTheServerBehindEnvoyAnswers() {
    Assumptions.assumeTrue(
        EnvoyProcess.find().isPresent(), "no Envoy found: run scripts/install-envoy");
    // It picks nothing, so that Envoy has nowhere to go.
    String target = "echo=127.0.0.1:" + server.port();
    assertThat(run(target, "--with-envoy", "--patience", "1")).isEqualTo(1);
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains("no answer from 127.0.0.1:" + server.port() + " through Envoy: status 503");
  }
}

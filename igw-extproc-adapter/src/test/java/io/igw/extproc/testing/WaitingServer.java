package io.igw.extproc.testing;

import io.igw.api.InferenceRequest;
import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.server.EventLoops;
import io.igw.extproc.server.ExtProcServer;
import io.igw.extproc.server.Limits;
import io.igw.runtime.PickerRuntime;
import io.igw.scheduler.PluginCatalog;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.CandidateHint;
import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.igw.spi.RequestState;
import io.igw.spi.SimpleProvider;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A server with the limits that go with its heap, in a process of its own, whose decisions wait for
 * a word: {@code state} on standard input has it tell what it holds, {@code go} lets all decisions
 * be made; it ends with its input.
 */
public final class WaitingServer {
  private static final String YAML =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      requestHandler: {parsers: [{pluginRef: openai-parser}]}
      dataLayer: {injectDefaults: false}
      plugins:
      - {type: openai-parser}
      - {type: prefix-cache-scorer}
      - {type: waiter}
      """;
  private static final long SAMPLE_MILLIS = 2;

  private final ConcurrentLinkedQueue<AsyncDataProducer.Done> waiting =
      new ConcurrentLinkedQueue<>();
  private volatile boolean going;
  private volatile long peakBytes;

  private WaitingServer() {}

  public static void main(String[] args) throws Exception {
    new WaitingServer().serve();
  }

  private void serve() throws Exception {
    List<PluginProvider> providers =
        new ArrayList<>(
            PluginCatalog.load(WaitingServer.class.getClassLoader()).providers().values());
    providers.add(
        new SimpleProvider("waiter", PluginProvider.Stability.STABLE, "waits", this::waiter) {});
    try (PickerRuntime runtime =
            PickerRuntime.builder()
                .yaml(YAML, "test")
                .pluginCatalog(PluginCatalog.of(providers))
                .endpoints(List.of(Served.endpoints("127.9.0.1:8000")))
                .build();
        EventLoops loops = new EventLoops(2)) {
      runtime.start();
      try (ExtProcServer server =
          ExtProcServer.builder(new PickerHandler(runtime::open, false, false), loops)
              .start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
        Thread sampler = new Thread(() -> sample(server), "sampler");
        sampler.setDaemon(true);
        sampler.start();
        System.out.println(server.port() + " " + Limits.defaultHeldBodyBytes());
        obey(server);
      }
    }
  }

  private void obey(ExtProcServer server) throws Exception {
    BufferedReader words =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String word = words.readLine(); word != null; word = words.readLine()) {
      if (word.equals("go")) {
        going = true;
        release();
      }
      System.out.println(
          waiting.size()
              + " "
              + server.heldBodyBytes()
              + " "
              + peakBytes
              + " "
              + server.waitingBodies());
    }
  }

  private void sample(ExtProcServer server) {
    try {
      while (true) {
        peakBytes = Math.max(peakBytes, server.heldBodyBytes());
        Thread.sleep(SAMPLE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void release() {
    for (AsyncDataProducer.Done done = waiting.poll(); done != null; done = waiting.poll()) {
      done.ready();
    }
  }

  private Plugin waiter(Parameters parameters, PluginContext context) {
    // Without a slot of state nothing can wait.
    context.requestKey("waiter", Object.class);
    return new AsyncDataProducer() {
      @Override
      public Pending start(
          InferenceRequest request, RequestState state, CandidateHint hint, Done done) {
        waiting.add(done);
        if (going) {
          release();
        }
        return () -> waiting.remove(done);
      }

      @Override
      public Duration timeout() {
        return Duration.ofHours(1);
      }
    };
  }
}

package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.igw.api.Decision;
import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.api.RequestHeaders;
import io.igw.scheduler.PluginCatalog;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.igw.spi.ReadinessCheck;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestParser;
import io.igw.spi.RequestState;
import io.igw.spi.ResponseObserver;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Plugins of third parties: request state, response observers, parsers that break. */
class StrangersTest {
  private static final String BODY =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
  private final RecordingMetrics metrics = new RecordingMetrics();

  private static PluginProvider provider(String type, Plugin plugin) {
    return provider(type, context -> plugin);
  }

  private interface Maker {
    Plugin make(PluginContext context);
  }

  private static PluginProvider provider(String type, Maker maker) {
    return new PluginProvider() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public Plugin create(Parameters parameters, PluginContext context) {
        return maker.make(context);
      }
    };
  }

  private PickerRuntime start(PluginProvider stranger, String... yaml) {
    List<PluginProvider> all =
        new ArrayList<>(
            PluginCatalog.load(StrangersTest.class.getClassLoader()).providers().values());
    all.add(stranger);
    String[] lines = new String[yaml.length + 1];
    System.arraycopy(yaml, 0, lines, 0, yaml.length);
    lines[yaml.length] = "dataLayer: {injectDefaults: false}";
    return Gateway.started(
        Gateway.runtime(lines)
            .pluginCatalog(PluginCatalog.of(all))
            .endpoints(Gateway.endpoints(2))
            .metrics(metrics));
  }

  @Test
  void aPluginMayKeepThePickerFromBeingReady() {
    AtomicReference<@Nullable Supplier<@Nullable String>> answer = new AtomicReference<>();
    ReadinessCheck check =
        snapshot -> {
          assertThat(snapshot.size()).isEqualTo(2);
          return answer.get().get();
        };
    try (PickerRuntime runtime =
        start(provider("waiting", check), "plugins: [{type: waiting}, {type: random-picker}]")) {
      answer.set(() -> "nothing seen");
      assertThat(runtime.notReady()).isEqualTo("plugin 'waiting': nothing seen");
      assertThat(new Gateway(runtime).post(Gateway.CHAT, BODY)).isInstanceOf(Decision.class);
      answer.set(() -> List.of("x").get(1));
      assertThat(runtime.notReady()).startsWith("plugin 'waiting': its readiness check threw");
      assertThat(metrics.calls).contains("fault waiting threw");
      answer.set(() -> null);
      assertThat(runtime.notReady()).isNull();
      assertThat(runtime.warnings()).isEmpty();
    }
  }

  @Test
  void aMissingProducerIsToldWithThePathToIt() {
    List<PluginProvider> all =
        new ArrayList<>(
            PluginCatalog.load(StrangersTest.class.getClassLoader()).providers().values());
    all.add(
        provider(
            "first",
            context -> {
              context.consumes("Middle", "second", true);
              return (Scorer) (cycle, candidates, scores) -> {};
            }));
    all.add(
        provider(
            "second",
            context -> {
              context.produces("Middle");
              context.consumes("Last", "third", true);
              return (DataProducer) (cycle, candidates) -> {};
            }));
    assertThatThrownBy(() ->
            Gateway.runtime("plugins: [{type: first}]", "dataLayer: {injectDefaults: false}")
                .pluginCatalog(PluginCatalog.of(all))
                .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing data key Last/third, consumed by second, which first needs");
  }

  /** Counts what it sees, in state of the request that it made in the cycle. */
  private static final class Counter implements DataProducer, ResponseObserver {
    private final RequestKey<StringBuilder> key;
    private final Set<Event> interests;
    private final List<String> ended = new ArrayList<>();

    Counter(PluginContext context, Set<Event> interests) {
      this.key = context.requestKey("seen", StringBuilder.class);
      this.interests = interests;
    }

    @Override
    public void produce(Cycle cycle, Candidates candidates) {
      cycle.set(key, new StringBuilder("picked"));
    }

    @Override
    public Set<Event> interests() {
      return interests;
    }

    @Override
    public void on(Event event, RequestState state, Decision decision, Response response) {
      StringBuilder seen = state.get(key);
      assertThat(seen).isNotNull();
      seen.append(' ').append(event).append(response.bytes());
      if (event == Event.HEADERS) {
        response.header("x-seen", "yes");
      }
      if (event == Event.END) {
        response.metadata("envoy.lb", "cost", response.usage().completionTokens());
        ended.add(seen + " " + response.status());
      }
    }
  }

  @Test
  void anObserverSeesItsEventsWithTheStateOfItsRequest() {
    List<Counter> made = new ArrayList<>();
    try (PickerRuntime runtime =
        start(
            provider(
                "counter",
                context -> {
                  Counter counter =
                      new Counter(context, EnumSet.allOf(ResponseObserver.Event.class));
                  made.add(counter);
                  return counter;
                }),
            "plugins: [{type: counter}]")) {
      Gateway one = new Gateway(runtime);
      Gateway two = new Gateway(runtime);
      one.post(Gateway.CHAT, BODY, "x-request-id", "same");
      two.post(Gateway.CHAT, BODY, "x-request-id", "same");
      one.exchange.responseHeaders(200, "application/json", null);
      assertThat(one.exchange.responseHeaderEdits()).containsEntry("x-seen", "yes");
      assertThat(two.exchange.responseHeaderEdits()).isEmpty();
      one.respond("{\"usage\":");
      two.exchange.close();
      one.respond("{\"completion_tokens\":4}}");
      one.exchange.endResponse();
      assertThat(one.exchange.responseMetadata())
          .containsExactly(new Exchange.ResponseMetadata("envoy.lb", "cost", 4));
      assertThat(made.get(0).ended)
          .containsExactly("picked END0 0", "picked HEADERS0 FIRST_BODY9 CHUNK9 CHUNK33 END33 200");
      List<Object> direct = new ArrayList<>();
      runtime
          .picker()
          .pick(
              io.igw.api.InferenceRequest.builder().model("m").build(), Runnable::run, direct::add);
      assertThat(direct).singleElement().isInstanceOf(Decision.class);
    }
  }

  @Test
  void anObserverThatThrowsIsCountedAndDisturbsNothing() {
    ResponseObserver broken =
        new ResponseObserver() {
          @Override
          public Set<Event> interests() {
            return EnumSet.of(Event.HEADERS, Event.END);
          }

          @Override
          public void on(Event event, RequestState state, Decision decision, Response response) {
            throw new IllegalStateException();
          }
        };
    try (PickerRuntime runtime = start(provider("broken", broken), "plugins: [{type: broken}]")) {
      Gateway gateway = new Gateway(runtime);
      gateway.post(Gateway.CHAT, BODY);
      gateway.exchange.responseHeaders(200, null, null);
      gateway.exchange.endResponse();
      assertThat(metrics.calls).filteredOn("fault broken threw"::equals).hasSize(2);
      assertThat(runtime.scheduler().openLeases()).isZero();
    }
  }

  /** A parser that throws where it is told to. */
  private record BrokenParser(String where) implements RequestParser {
    @Override
    public List<String> pathSuffixes() {
      return List.of("broken");
    }

    @Override
    public RequestBody request(String path, RequestHeaders headers) {
      fail("request");
      return new RequestBody() {
        @Override
        public void feed(byte[] source, int offset, int length) {
          fail("feed");
        }

        @Override
        public Parsed finish() {
          throw new IllegalStateException("text of a prompt");
        }
      };
    }

    @Override
    public ResponseBody response(@Nullable String contentType) {
      throw new IllegalStateException();
    }

    private void fail(String place) {
      if (where.equals(place)) {
        throw new IllegalStateException("text of a prompt");
      }
    }
  }

  @Test
  void aParserThatThrowsCostsItsOwnRequestOnly() {
    for (String where : List.of("request", "feed", "finish")) {
      metrics.calls.clear();
      try (PickerRuntime runtime =
          start(
              provider("bad", new BrokenParser(where)),
              "plugins: [{type: bad}]",
              "requestHandler: {parsers: [{pluginRef: bad}, {pluginRef: openai-parser}]}")) {
        assertThat(new Gateway(runtime).post("/broken", "x"))
            .isInstanceOfSatisfying(
                Rejection.class,
                refused -> {
                  assertThat(refused.reason()).isEqualTo(Reason.INTERNAL);
                  assertThat(refused.message()).doesNotContain("prompt");
                });
        assertThat(metrics.calls)
            .containsExactly("fault parser threw", "failed null/null/default-flow/0 Internal");
        assertThat(new Gateway(runtime).post(Gateway.CHAT, BODY)).isInstanceOf(Decision.class);
        Gateway bodiless = new Gateway(runtime).begin("/broken");
        assertThat(bodiless.end()).isInstanceOf(Decision.class);
        bodiless.exchange.responseHeaders(200, null, null);
        bodiless.respond("x");
        bodiless.exchange.endResponse();
        assertThat(metrics.calls).contains("fault parser threw");
      }
    }
  }

  @Test
  void responseBodiesAreNotWantedWhereNothingReadsThem() {
    PluginProvider observer =
        provider("ends", context -> new Counter(context, EnumSet.of(ResponseObserver.Event.END)));
    assertThat(wanted(PickerMetrics.NONE, "/other")).isFalse();
    assertThat(wanted(PickerMetrics.NONE, Gateway.CHAT)).isTrue();
    assertThat(wanted(metrics, "/other")).isTrue();
    try (PickerRuntime runtime = start(observer, "plugins: [{type: ends}]")) {
      Gateway gateway = new Gateway(runtime);
      gateway.post("/other", "x");
      assertThat(gateway.exchange.wantsResponseBody()).isTrue();
    }
  }

  private static boolean wanted(PickerMetrics metrics, String path) {
    try (PickerRuntime runtime =
        Gateway.started(
            Gateway.runtime("dataLayer: {injectDefaults: false}")
                .endpoints(Gateway.endpoints(1))
                .metrics(metrics))) {
      Gateway gateway = new Gateway(runtime);
      gateway.post(path, BODY);
      gateway.exchange.responseHeaders(200, null, null);
      return gateway.exchange.wantsResponseBody();
    }
  }

  @Test
  void theStateOfPluginsIsClosedWithTheRuntime() {
    List<String> closed = new ArrayList<>();
    PickerRuntime runtime =
        start(
            provider(
                "keeper",
                context -> {
                  context.state("memory", () -> () -> closed.add("memory"));
                  return new Counter(context, EnumSet.noneOf(ResponseObserver.Event.class));
                }),
            "plugins: [{type: keeper}]");
    assertThat(closed).isEmpty();
    runtime.close();
    runtime.close();
    assertThat(closed).containsExactly("memory");
  }
}

package io.igw.extproc;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.metadataPick;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.set;
import static io.igw.extproc.testing.Messages.text;
import static io.igw.extproc.testing.Messages.withMetadata;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.testing.DataPlane;
import io.igw.extproc.testing.Served;
import io.igw.runtime.PickerRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The loads of the conformance suite (epp-protocol.md 7), sent by a gateway that does what it is
 * told.
 */
@Timeout(240)
class ConformanceLikeTest {
  private static final String CHAT =
      "{\"model\":\"conformance-fake-model\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
  private static final String YAML =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      plugins:
      - {type: header-based-testing-filter}
      - {type: destination-endpoint-served-verifier}
      schedulingProfiles:
      - {name: default, plugins: [{pluginRef: header-based-testing-filter}]}
      """;

  private final List<Served> pools = new ArrayList<>();

  private Served pool(String... addresses) throws Exception {
    Served pool =
        new Served(
            PickerRuntime.builder().yaml(YAML, "conformance.yaml"),
            ErrorFormat.OPENAI,
            Served.endpoints(addresses));
    pools.add(pool);
    return pool;
  }

  @AfterEach
  void stop() throws Exception {
    for (Served pool : pools) {
      assertThat(pool.server.drain(TimeUnit.SECONDS.toNanos(60))).isZero();
      assertThat(pool.runtime.scheduler().openLeases()).isZero();
      pool.close();
    }
  }

  /** A whole exchange; the endpoint that the client is told it was served by. */
  private static String exchange(Served pool, String selection) throws Exception {
    DataPlane plane = pool.open(post("test-epp-endpoint-selection", selection), body(CHAT, true));
    String picked = metadataPick(plane.next());
    plane.next();
    plane.send(
        withMetadata(
            responseHeaders(false),
            "envoy.lb",
            "x-gateway-destination-endpoint-served",
            text(picked)),
        responseBody("{}", true));
    ProcessingResponse headers = plane.next();
    plane.next();
    plane.cancel();
    plane.status();
    String told =
        set(
            headers.getResponseHeaders().getResponse().getHeaderMutation(),
            "x-conformance-test-served-endpoint");
    assertThat(told).isEqualTo(picked);
    return picked;
  }

  /** Requests by endpoint. */
  private static Map<String, Long> load(
      int requests, int concurrency, String selection, Function<Integer, Served> route)
      throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(concurrency);
    try {
      List<Callable<String>> all =
          IntStream.range(0, requests)
              .mapToObj(i -> (Callable<String>) () -> exchange(route.apply(i), selection))
              .toList();
      List<String> served = new ArrayList<>();
      for (Future<String> one : clients.invokeAll(all)) {
        served.add(one.get());
      }
      return served.stream().collect(Collectors.groupingBy(name -> name, Collectors.counting()));
    } finally {
      clients.shutdown();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void onlySelectedPodsServe(int selected) throws Exception {
    String[] pods = {"127.9.0.1:3000", "127.9.0.2:3000", "127.9.0.3:3000"};
    Served pool = pool(pods);
    String selection =
        Arrays.stream(pods)
            .limit(selected)
            .map(pod -> pod.substring(0, pod.indexOf(':')))
            .collect(Collectors.joining(","));
    assertThat(load(100, 10, selection, i -> pool)).containsOnlyKeys(Arrays.copyOf(pods, selected));
  }

  /** Both pickers are told the pods of both pools; each knows its own. */
  @Test
  void twoPoolsShareByWeight() throws Exception {
    Served first = pool("127.9.0.1:3000", "127.9.0.2:3000", "127.9.0.3:3000");
    Served second = pool("127.9.1.1:3000", "127.9.1.2:3000", "127.9.1.3:3000");
    Random random = new Random(7);
    boolean[] toFirst = new boolean[200];
    for (int i = 0; i < toFirst.length; i++) {
      toFirst[i] = random.nextInt(100) < 70;
    }
    Map<String, Long> served =
        load(
            toFirst.length,
            5,
            "127.9.0.1,127.9.0.2,127.9.0.3,127.9.1.1,127.9.1.2,127.9.1.3",
            i -> toFirst[i] ? first : second);
    assertThat(served).hasSize(6);
    double share =
        served.entrySet().stream()
                .filter(e -> e.getKey().startsWith("127.9.0."))
                .mapToLong(Map.Entry::getValue)
                .sum()
            / (double) toFirst.length;
    double tolerance = Math.max(0.10, 4.5 * Math.sqrt(0.7 * 0.3 / toFirst.length));
    assertThat(share).isBetween(0.7 - tolerance, 0.7 + tolerance);
  }

  @Test
  void dataParallelPortsShareAPodsLoad() throws Exception {
    Served pool = pool("127.9.0.1:3000", "127.9.0.1:3002", "127.9.0.1:3004", "127.9.0.2:3000");
    Map<String, Long> served = load(100, 10, "127.9.0.1", i -> pool);
    assertThat(served).containsOnlyKeys("127.9.0.1:3000", "127.9.0.1:3002", "127.9.0.1:3004");
    assertThat(served.values()).allSatisfy(count -> assertThat(count).isGreaterThan(5));
    assertThat(load(10, 10, "127.9.0.1:3002", i -> pool)).containsOnlyKeys("127.9.0.1:3002");
  }
}

package io.igw.runtime;

import io.igw.api.RequestHeaders;
import io.igw.spi.ResponseObserver;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What clients tell a picker by headers (ext-proc.md 5.6), and what must not reach a model server.
 * Each header has a newer and an older name; the newer wins where both are there, even with an
 * empty value.
 */
public final class ControlHeaders {
  /** Whatever a client sends under these names would steer igw, the data plane or the server. */
  public static final List<String> ROUTING =
      List.of(
          "x-gateway-destination-endpoint-served",
          "x-gateway-destination-endpoint-subset",
          "x-llm-d-request-dropped-reason",
          "x-prefiller-host-port",
          "x-encoder-hosts-ports",
          "x-data-parallel-host-port",
          "x-kv-cache-source-host-port");

  /** What a client tells igw; a picker further on may want to hear it too. */
  public static final List<String> CONTROL =
      List.of(
          "x-llm-d-inference-fairness-id",
          "x-gateway-inference-fairness-id",
          "x-llm-d-inference-objective",
          "x-gateway-inference-objective",
          "x-llm-d-model-name-rewrite",
          "x-gateway-model-name-rewrite",
          "x-llm-d-slo-ttft-ms",
          "x-slo-ttft-ms",
          "x-llm-d-slo-tpot-ms",
          "x-slo-tpot-ms",
          "x-llm-d-video-fps",
          "x-llm-d-video-duration-seconds",
          "x-llm-d-video-resolution");

  /** Both: what a gateway with no picker behind it takes off a client's request. */
  public static final List<String> ALL = Stream.concat(ROUTING.stream(), CONTROL.stream()).toList();

  static final String REQUEST_ID = "x-request-id";
  static final String DEFAULT_FLOW = "default-flow";

  /** On a response that names the model that the client asked for: the one that served. */
  private static final String SERVED_MODEL = "x-gateway-model-name-served";

  private ControlHeaders() {}

  private static @Nullable String newer(RequestHeaders headers, String name, String older) {
    String value = headers.first(name);
    return value != null ? value : headers.first(older);
  }

  /** Priority of the objective that the request names, 0 if it names none that is known. */
  static int priority(RequestHeaders headers, Map<String, Integer> objectives) {
    if (objectives.isEmpty()) {
      return 0;
    }
    String name = newer(headers, "x-llm-d-inference-objective", "x-gateway-inference-objective");
    return name == null ? 0 : objectives.getOrDefault(name, 0);
  }

  /** Tenant for fairness. */
  static String fairnessId(RequestHeaders headers) {
    String id = newer(headers, "x-llm-d-inference-fairness-id", "x-gateway-inference-fairness-id");
    return id == null || id.isEmpty() ? DEFAULT_FLOW : id;
  }

  /** The model to send upstream, null if the client does not say. */
  static @Nullable String rewrite(RequestHeaders headers) {
    String model = newer(headers, "x-llm-d-model-name-rewrite", "x-gateway-model-name-rewrite");
    return model == null || model.isEmpty() ? null : model;
  }

  /** The model of a request whose body is not seen, as a body-based router names it. */
  static @Nullable String bodyModel(RequestHeaders headers) {
    return headers.first("x-gateway-model-name");
  }

  /** The request's id, null if the gateway gave none. */
  static @Nullable String requestId(RequestHeaders headers) {
    String id = headers.first(REQUEST_ID);
    return id == null || id.isEmpty() ? null : id;
  }

  /** Tells the client which model served, unless its name is no text for a header. */
  static void tellServed(ResponseObserver.Response response) {
    String model = response.model();
    if (!model.isEmpty() && model.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      response.header(SERVED_MODEL, model);
    }
  }

  /** A random id; unique, not secret, so that no lock of a secure generator is taken. */
  static String newRequestId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long high = random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L;
    long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }
}

package io.igw.extproc.fuzz;

import com.sun.management.ThreadMXBean;
import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.RequestHeaders;
import io.igw.runtime.Exchange;
import io.igw.runtime.PickerMetrics;
import io.igw.runtime.PickerRuntime;
import io.igw.runtime.parse.ParserTable;
import io.igw.scheduler.EndpointSpec;
import io.igw.spi.RequestParser;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Request bodies for every parser. Input: a letter for the path, how the body is cut, the body.
 *
 * <p>Nothing is thrown; whole or in pieces a body says the same; little of it is kept; and sent on
 * with another model it says the same but for the model.
 */
public final class RequestsFuzz {
  static final String[] PATHS = {
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/responses",
    "/v1/conversations",
    "/v1/images/generations",
    "/v1/tokenize",
    "",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/inference/v1/generate",
    "/generate",
    "/google.cloud.aiplatform.v1beta1.PredictionService/ChatCompletions",
    "/google.cloud.aiplatform.v1beta1.PredictionService/RawPredict",
    "/vllm.grpc.engine.VllmEngine/Generate",
    "/vllm.grpc.engine.VllmEngine/Embed",
    "/other",
  };

  private static final String TARGET = "other \"model\" \u00e9";

  /** What reading may allocate, beside what grows with the body. */
  private static final long ALLOCATED_BYTES = 256 << 10;

  private static final long ALLOCATED_PER_BYTE = 64;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final ParserTable TABLE = new ParserTable(Parsers.ALL);
  private static final List<String> FAULTS = new ArrayList<>();
  private static final PickerRuntime RUNTIME = runtime();

  private RequestsFuzz() {}

  private static PickerRuntime runtime() {
    EndpointId id = new EndpointId("default", "a");
    PickerRuntime runtime =
        PickerRuntime.builder()
            .yaml(Parsers.configuration("token-load-scorer"), "fuzz.yaml")
            .endpoints(List.of(new EndpointSpec(id, "10.0.0.1", 8000, 0, Map.of())))
            .metrics(
                new PickerMetrics() {
                  @Override
                  public void pluginFault(String plugin, String fault) {
                    if (!fault.equals("slow")) {
                      FAULTS.add(plugin + " " + fault);
                    }
                  }
                })
            .seed(1)
            .build();
    runtime.start();
    return runtime;
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    String path = PATHS[input.choice(PATHS.length)];
    Cuts cuts = input.cuts();
    byte[] body = input.rest();
    ParserTable.Match match = Objects.requireNonNull(TABLE.find(path), path);
    Said whole = readWhole(match, body);
    Said cut = read(match, body, cuts);
    if (!whole.equals(cut)) {
      throw new AssertionError("in pieces it says something else:\n" + whole + "\n" + cut);
    }
    assertRewritten(path, match, body, cuts, whole);
  }

  private static Said read(ParserTable.Match match, byte[] body, Cuts cuts) {
    RequestParser.RequestBody reader = match.request(RequestHeaders.NONE);
    cuts.feed(body, reader::feed);
    return Said.of(reader.finish(), TARGET);
  }

  /** Reads the body as one piece; more than once before its memory counts: classes are loaded. */
  private static Said readWhole(ParserTable.Match match, byte[] body) {
    long limit = ALLOCATED_BYTES + ALLOCATED_PER_BYTE * body.length;
    long allocated = 0;
    for (int i = 0; i < 3; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      Said whole = read(match, body, Cuts.NONE);
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      if (allocated <= limit) {
        return whole;
      }
    }
    throw new AssertionError(
        allocated + " bytes allocated for " + body.length + " (expected: <= " + limit + ")");
  }

  /** The whole way through the picker, for a client that wants another model. */
  private static void assertRewritten(
      String path, ParserTable.Match match, byte[] body, Cuts cuts, Said whole) {
    Exchange exchange = RUNTIME.open(Runnable::run);
    exchange.requestHeaders(
        name ->
            switch (name) {
              case ":path" -> path;
              case "x-gateway-model-name-rewrite" -> TARGET;
              default -> null;
            },
        null);
    cuts.feed(body, exchange::requestBody);
    List<Outcome> outcomes = new ArrayList<>();
    exchange.endRequest(outcomes::add);
    byte[] edited = exchange.edited(body);
    exchange.close();
    if (!FAULTS.isEmpty() || outcomes.size() != 1 || RUNTIME.scheduler().openLeases() != 0) {
      throw new AssertionError(
          outcomes + ", faults: " + FAULTS + ", leases: " + RUNTIME.scheduler().openLeases());
    }
    Outcome outcome = outcomes.get(0);
    if (outcome instanceof Rejection refused) {
      assertExpected(refused, whole, body);
    } else if (outcome instanceof Decision && !Arrays.equals(edited, body)) {
      assertSame(whole, read(match, edited, Cuts.NONE));
    }
  }

  private static void assertExpected(Rejection refused, Said whole, byte[] body) {
    boolean malformed = whole.error() != null && whole.error().equals(refused.message());
    if (refused.reason() != Rejection.Reason.BAD_REQUEST || !malformed) {
      throw new AssertionError("refused with " + refused + ", but " + whole);
    }
  }

  private static void assertSame(Said before, Said after) {
    if (!TARGET.equals(after.model()) || !before.withoutModel().equals(after.withoutModel())) {
      throw new AssertionError(
          "with another model it says something else:\n" + before + "\n" + after);
    }
  }
}

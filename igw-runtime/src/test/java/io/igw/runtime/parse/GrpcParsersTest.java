package io.igw.runtime.parse;

import static io.igw.runtime.parse.Bodies.hashes;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.igw.api.RequestHeaders;
import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of plugins-request-control-parsers.md 7 and 8, and hostile bytes. */
class GrpcParsersTest {
  private static final String GENERATE = "/vllm.grpc.engine.VllmEngine/Generate";
  private static final String EMBED = "/vllm.grpc.engine.VllmEngine/Embed";
  private static final String CHAT =
      "/google.cloud.aiplatform.v1beta1.PredictionService/ChatCompletions";
  private static final String UNSUPPORTED = "invalid or unsupported gRPC payload: ";
  private final RequestParser vllm = new VllmGrpcParser();
  private final RequestParser vertex = new VertexParser();

  private static Proto tokenized(long... ids) {
    return new Proto().text(1, "the text").packed(2, ids);
  }

  private static long[] ofTokens(int... ids) {
    PromptBuilder prompt = new PromptBuilder();
    for (int id : ids) {
      prompt.token(id);
    }
    return hashes(prompt.build("target", null));
  }

  @Test
  void readsTokens() {
    RequestParser.Parsed parsed =
        Bodies.parse(
            vllm,
            GENERATE,
            new Proto()
                .text(1, "id")
                .message(2, tokenized(1, 128, 20_000, 3_000_000, 0xFFFF_FFFFL))
                .message(4, new Proto().fixed(1, 4).fixed(2, 8).number(8, 0))
                .number(5, 1)
                .message(
                    7,
                    new Proto()
                        .bytes(1, new byte[300])
                        .message(5, new Proto().number(1, 4).number(2, 30))
                        .text(6, "hash"))
                .frame());
    assertThat(parsed.error()).isNull();
    assertThat(parsed.model()).isNull();
    assertThat(parsed.modelRequired()).isFalse();
    assertThat(parsed.modelStart()).isEqualTo(-1);
    assertThat(parsed.stream()).isTrue();
    assertThat(parsed.maxOutputTokens()).isZero();
    assertThat(hashes(parsed)).isEqualTo(ofTokens(1, 128, 20_000, 3_000_000, -1));
    Prompt prompt = parsed.prompt("m");
    assertThat(prompt.mediaItems()).isOne();
    assertThat(prompt.mediaTokens(0)).isEqualTo(30);
    assertThat(prompt.mediaHash(0)).isEqualTo(new PromptBuilder().text("hash").digest());
  }

  @Test
  void readsTokensThatAreNotPacked() {
    Proto ids = new Proto().number(2, 7).number(2, 300);
    assertThat(hashes(Bodies.parse(vllm, GENERATE, new Proto().message(2, ids).frame())))
        .isEqualTo(ofTokens(7, 300));
  }

  @Test
  void readsText() {
    RequestParser.Parsed parsed =
        Bodies.parse(vllm, GENERATE, new Proto().text(3, "größe").frame());
    assertThat(parsed.error()).isNull();
    assertThat(parsed.stream()).isFalse();
    assertThat(parsed.maxOutputTokens()).isEqualTo(-1);
    assertThat(hashes(parsed))
        .isEqualTo(hashes(new PromptBuilder().text("größe").build("target", null)));
  }

  @Test
  void ofSeveralInputsTheLastCountsAndTokensAddUp() {
    byte[] body =
        new Proto().message(2, tokenized(1)).text(3, "x").message(2, tokenized(2)).frame();
    assertThat(hashes(Bodies.parse(vllm, GENERATE, body))).isEqualTo(ofTokens(2));
    body = new Proto().message(2, tokenized(1)).message(2, tokenized(2)).frame();
    assertThat(hashes(Bodies.parse(vllm, GENERATE, body))).isEqualTo(ofTokens(1, 2));
    body = new Proto().text(3, "x").text(3, "y").frame();
    assertThat(hashes(Bodies.parse(vllm, GENERATE, body)))
        .isEqualTo(hashes(new PromptBuilder().text("y").build("target", null)));
  }

  @Test
  void readsARequestToEmbed() {
    RequestParser.Parsed parsed =
        Bodies.parse(vllm, EMBED, new Proto().text(1, "id").message(2, tokenized(5, 6)).frame());
    assertThat(parsed.error()).isNull();
    assertThat(hashes(parsed)).isEqualTo(ofTokens(5, 6));
    assertThat(Bodies.parse(vllm, EMBED, new Proto().text(3, "x").frame()).error())
        .isEqualTo("missing tokenized input in EmbedRequest");
  }

  @Test
  void namesWhatIsWrong() {
    assertThat(error(new Proto().text(1, "id").frame()))
        .isEqualTo("not supported request inputType");
    assertThat(error(new byte[] {0, 0, 0}))
        .isEqualTo(UNSUPPORTED + "invalid gRPC frame: expected at least 5 bytes for header, got 3");
    assertThat(error(new byte[] {0, 0, 0, 0, 9, 1}))
        .isEqualTo(
            UNSUPPORTED
                + "incomplete gRPC payload: header indicates 9 bytes, but only 1 bytes are"
                + " available");
    assertThat(error(new byte[] {0, -1, -1, -1, -1, 0x1A}))
        .contains("header indicates 4294967295 bytes, but only 1 bytes");
    assertThat(error(new byte[] {1, 0, 0, 0, 2, 1, 2}))
        .isEqualTo(UNSUPPORTED + "compressed gRPC payload is not supported: not gzip");
    assertThat(error("{\"prompt\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo(UNSUPPORTED + "invalid gRPC frame: flag 123");
    assertThat(error(Proto.frame(0, new byte[] {0x12, 5, 1})))
        .isEqualTo(
            "unmarshaling GenerateRequest: offset 1: field 2: a field reaches beyond its message");
  }

  /** Where something is wrong does not depend on where the body is cut. */
  @Test
  void theOffsetOfAnErrorIsTheSameHoweverTheBodyIsCut() {
    byte[] text = {'a', 'b', (byte) 0xC3, (byte) 0xA9, 'c', (byte) 0xE4, 'd'};
    byte[] open = {'a', (byte) 0xE4, (byte) 0xBD};
    for (Proto message :
        List.of(
            new Proto().bytes(3, text),
            new Proto().bytes(3, open).number(5, 1),
            new Proto().varint(3 << 3 | 2).varint(300).varint(1),
            new Proto().varint(300 << 3 | 3),
            new Proto().varint(Long.MAX_VALUE),
            new Proto().number(9, 1).varint(0xFFFF_FFFFL << 3).varint(0))) {
      byte[] body = message.frame();
      String expected = error(body);
      assertThat(expected).contains("offset ");
      for (int cut = 0; cut <= body.length; cut++) {
        RequestParser.RequestBody request = vllm.request(GENERATE, RequestHeaders.NONE);
        request.feed(body, 0, cut);
        request.feed(body, cut, body.length - cut);
        assertThat(request.finish().error()).as("cut at %d", cut).isEqualTo(expected);
      }
    }
  }

  private String error(byte[] body) {
    return Bodies.parse(vllm, GENERATE, body).error();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "12 FF FF FF FF 0F | a field reaches beyond its message",
        "12 FF FF FF FF FF FF FF FF FF 01 | a field reaches beyond its message",
        "12 FF FF FF FF FF FF FF FF FF 7F | a number of more than 64 bits",
        "28 FF FF FF FF FF FF FF FF FF FF 01 | a number of more than 64 bits",
        "12 04 12 03 01 80 | a field reaches beyond its message",
        "12 03 12 01 80 | unexpected end of the message",
        "12 02 12 05 01 01 01 01 01 | a field reaches beyond its message",
        "00 | no field has such a number",
        "02 00 | no field has such a number",
        "FA FF FF FF FF 01 00 | no field has such a number",
        "0B | wire type 3",
        "0E | wire type 6",
        "1A 02 C3 28 | expected UTF-8",
        "1A 01 C3 | expected UTF-8",
        "1D 00 00 | unexpected end of the message",
        "12 | unexpected end of the message",
        "28 80 | unexpected end of the message",
      })
  void hostileMessagesAreErrorsHoweverTheyAreCut(String hex, String cause) {
    String[] parts = hex.split(" ");
    byte[] message = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      message[i] = (byte) Integer.parseInt(parts[i], 16);
    }
    byte[] body = Proto.frame(0, message);
    for (int piece = 1; piece <= body.length; piece++) {
      String error = read(vllm, GENERATE, body, piece).error();
      assertThat(error)
          .as("pieces of %d", piece)
          .startsWith("unmarshaling GenerateRequest: offset ");
      if (!cause.startsWith("unexpected")) {
        assertThat(error).endsWith(cause);
      }
    }
  }

  private static RequestParser.Parsed read(
      RequestParser parser, String path, byte[] body, int piece) {
    RequestParser.RequestBody request = parser.request(path, RequestHeaders.NONE);
    for (int at = 0; at < body.length; at += piece) {
      byte[] copy = Arrays.copyOfRange(body, at, Math.min(body.length, at + piece));
      request.feed(copy, 0, copy.length);
    }
    return request.finish();
  }

  @Test
  void compressedMessagesAreReadHoweverTheyAreCut() throws IOException {
    Proto message = new Proto().message(2, tokenized(1, 2, 300)).number(5, 1);
    byte[] plain = message.gzipFrame();
    // The same with every optional field in the header: extra, name, comment and check sum.
    byte[] packed = Arrays.copyOfRange(plain, 5, plain.length);
    byte[] header = Arrays.copyOf(packed, 10);
    header[3] = 2 | 4 | 8 | 16;
    byte[] extras = {3, 0, 9, 9, 9, 'n', 0, 'c', 'c', 0, 1, 2};
    byte[] rest = Arrays.copyOfRange(packed, 10, packed.length);
    byte[] full = Proto.frame(1, Proto.join(header, extras, rest));
    for (byte[] body : List.of(plain, full)) {
      for (int piece = 1; piece <= body.length; piece++) {
        RequestParser.Parsed parsed = read(vllm, GENERATE, body, piece);
        assertThat(parsed.error()).as("pieces of %d", piece).isNull();
        assertThat(parsed.stream()).isTrue();
        assertThat(hashes(parsed)).isEqualTo(ofTokens(1, 2, 300));
      }
    }
  }

  @Test
  void aMessageThatGrowsWithoutEndIsRefused() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      gzip.write(new Proto().varint(3 << 3 | 2).varint(80 << 20).bytes());
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 80; i++) {
        gzip.write(zeros);
      }
    }
    assertThat(error(Proto.frame(1, bomb.toByteArray())))
        .isEqualTo(
            UNSUPPORTED
                + "compressed gRPC payload is too large (expected: at most 67108864 bytes)");
    byte[] damaged = new Proto().text(3, "x".repeat(1000)).gzipFrame();
    assertThat(error(Proto.frame(1, Arrays.copyOfRange(damaged, 5, damaged.length - 12))))
        .contains("cut off");
    Arrays.fill(damaged, 15, damaged.length, (byte) -1);
    assertThat(error(damaged)).contains("damaged");
  }

  @Test
  void tokensCostNothingButTheirHashes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] ids = new Random(5).longs(500_000, 0, 200_000).toArray();
    byte[] body = new Proto().message(2, new Proto().packed(2, ids)).frame();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      assertThat(read64(body)).isNull();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // Hashes of blocks of 64 tokens, in an array that doubles.
    assertThat(least).isLessThan(4 * 8 * ids.length / 64 + 4096);
  }

  private String read64(byte[] body) {
    RequestParser.RequestBody request = vllm.request(GENERATE, RequestHeaders.NONE);
    for (int at = 0; at < body.length; at += 65_536) {
      request.feed(body, at, Math.min(65_536, body.length - at));
    }
    return request.finish().error();
  }

  private static Proto chunk(long prompt, long completion, long cached) {
    Proto counts = new Proto().packed(1, 1, 2, 3);
    counts.number(2, prompt).number(3, completion).number(4, cached);
    return new Proto().message(1, counts);
  }

  private static Proto complete(long prompt, long completion, long cached) {
    Proto counts = new Proto().packed(1, 1, 2, 3).text(2, "stop");
    counts.number(3, prompt).number(4, completion).number(5, cached);
    return new Proto().message(2, counts);
  }

  private static String usage(RequestParser parser, byte[] body, int piece) {
    RequestParser.ResponseBody response = parser.response("application/grpc");
    for (int at = 0; at < body.length; at += piece) {
      byte[] copy = Arrays.copyOfRange(body, at, Math.min(body.length, at + piece));
      response.feed(copy, 0, copy.length);
    }
    Usage usage = response.usage();
    return usage.promptTokens() + " " + usage.cachedTokens() + " " + usage.completionTokens();
  }

  private static void assertUsage(RequestParser parser, byte[] body, String expected) {
    for (int piece = 1; piece <= body.length; piece++) {
      assertThat(usage(parser, body, piece)).as("pieces of %d", piece).isEqualTo(expected);
    }
  }

  @Test
  void usageOfAStreamIsThatOfItsLastMessageWithCounts() {
    assertUsage(vllm, chunk(5, 1, 2).frame(), "5 2 1");
    assertUsage(
        vllm,
        Proto.join(
            chunk(5, 1, 2).frame(),
            chunk(5, 2, 2).gzipFrame(),
            complete(5, 3, 2).frame(),
            chunk(0, 0, 0).frame()),
        "5 2 3");
    assertUsage(vllm, Proto.join(chunk(5, 1, 2).frame(), new byte[] {0, 0, 0, 0, 9, 1}), "5 2 1");
    assertUsage(vllm, Proto.frame(0, new byte[0]), "-1 -1 -1");
    assertUsage(vllm, new byte[] {0, 0}, "-1 -1 -1");
  }

  @Test
  void usageOfAnEmbeddingIsThatOfItsPrompt() {
    Random random = new Random(9);
    for (int round = 0; round < 200; round++) {
      byte[] floats = new byte[64];
      random.nextBytes(floats);
      byte[] body = new Proto().bytes(1, floats).number(2, 17).number(3, 16).frame();
      assertThat(usage(vllm, body, 1 + random.nextInt(body.length))).isEqualTo("17 -1 -1");
    }
  }

  private static byte[] httpBody(String json) {
    return new Proto()
        .text(1, "projects/p")
        .message(2, new Proto().text(1, "application/json").bytes(2, Bodies.json(json)))
        .frame();
  }

  @Test
  void readsTheRequestInsideAMessageOfVertex() {
    String json =
        "{'messages':[{'role':'user','content':'hello'}],'model':'m','stream':true,"
            + "'max_tokens':9}";
    byte[] body = httpBody(json);
    RequestParser.Parsed expected = Bodies.parse("/v1/chat/completions", json);
    for (int piece = 1; piece <= body.length; piece++) {
      RequestParser.Parsed parsed = read(vertex, CHAT, body, piece);
      assertThat(parsed.error()).isNull();
      assertThat(parsed.model()).isEqualTo("m");
      assertThat(parsed.modelRequired()).isFalse();
      assertThat(parsed.modelStart()).isEqualTo(-1);
      assertThat(parsed.stream()).isTrue();
      assertThat(parsed.maxOutputTokens()).isEqualTo(9);
      assertThat(hashes(parsed)).isEqualTo(hashes(expected));
    }
    assertThat(
            Bodies.parse(vertex, "/PredictionService/StreamRawPredict", httpBody("{'input':'x'}"))
                .error())
        .isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ChatCompletions", "StreamRawPredict", "RawPredict"})
  void namesWhatIsWrongInAMessageOfVertex(String method) {
    String path = "/google.cloud.aiplatform.v1.PredictionService/" + method;
    String message = method + "Request";
    assertThat(Bodies.parse(vertex, path, new byte[] {0}).error())
        .isEqualTo(UNSUPPORTED + "invalid gRPC frame: expected at least 5 bytes for header, got 1");
    assertThat(Bodies.parse(vertex, path, Proto.frame(0, new byte[] {0x12, 9})).error())
        .isEqualTo(
            "unmarshaling " + message + ": offset 1: field 2: a field reaches beyond its message");
    assertThat(Bodies.parse(vertex, path, new Proto().text(1, "p").frame()).error())
        .isEqualTo(message + " has no HttpBody");
    assertThat(Bodies.parse(vertex, path, httpBody("{}")).error())
        .startsWith("parsing " + message + ": invalid ")
        .contains("completions".equals(method) ? "messages" : "request: must have");
  }

  @Test
  void usageInsideMessagesOfVertex() {
    String counts = "'usage':{'prompt_tokens':5,'completion_tokens':7}";
    byte[] one = Bodies.json("{'choices':[]," + counts + "}");
    assertUsage(vertex, new Proto().text(1, "json").bytes(2, one).frame(), "5 -1 7");
    byte[] events = Bodies.json("data: {'choices':[]}\n\ndata: {'a':1," + counts + "}\n\n");
    assertUsage(
        vertex,
        Proto.join(
            new Proto().bytes(2, Arrays.copyOf(events, 30)).frame(),
            new Proto().bytes(2, Arrays.copyOfRange(events, 30, events.length)).frame()),
        "5 -1 7");
  }
}

package io.igw.extproc.client;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * The messages of one exchange as Envoy sends them to an HTTP/1 client's request: headers, one body
 * message without end of stream, an empty one with it; then response headers, a body message per
 * chunk, an empty one with end of stream.
 *
 * @param name name in tables
 * @param requests opening messages, one set per variant so that prompts differ
 * @param responseHeaders first message of the response
 * @param chunk one response body message
 * @param chunks how many of them
 * @param chunkGapNanos time between two of them; 0 sends the next when the last is answered
 */
public record Scenario(
    String name,
    ProcessingRequest[][] requests,
    ProcessingRequest responseHeaders,
    ProcessingRequest chunk,
    int chunks,
    long chunkGapNanos) {
  private static final int VARIANTS = 64;

  /** The empty message that ends the response. */
  static final ProcessingRequest RESPONSE_END =
      ProcessingRequest.newBuilder()
          .setResponseBody(HttpBody.newBuilder().setEndOfStream(true))
          .build();

  private static final ProcessingRequest REQUEST_END =
      ProcessingRequest.newBuilder()
          .setRequestBody(HttpBody.newBuilder().setEndOfStream(true))
          .build();

  /** A chat request of about {@code promptBytes}, answered by one JSON body. */
  public static Scenario json(String name, int promptBytes) {
    return new Scenario(
        name,
        requests(promptBytes, false),
        responseHeaders("application/json"),
        body(jsonAnswer()),
        1,
        0);
  }

  /** A small streaming request, answered by events. */
  public static Scenario events(String name, int chunks, long chunkGapNanos) {
    String event =
        "data: {\"id\":\"cmpl-7\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","
            + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},\"finish_reason\":null}]}\n\n";
    return new Scenario(
        name,
        requests(200, true),
        responseHeaders("text/event-stream"),
        body(event),
        chunks,
        chunkGapNanos);
  }

  /** The same, but each chunk follows as soon as the last is answered. */
  public Scenario withoutGaps() {
    return new Scenario(name, requests, responseHeaders, chunk, chunks, 0);
  }

  /** Bytes of a request's body, about the same in each variant. */
  public int requestBytes() {
    return requests[0][1].getRequestBody().getBody().size();
  }

  /** The body of a request, for clients that speak HTTP. */
  public byte[] body(int variant) {
    return requests[variant % requests.length][1].getRequestBody().getBody().toByteArray();
  }

  private static String jsonAnswer() {
    return "{\"id\":\"cmpl-7\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
        + "{\"role\":\"assistant\",\"content\":\""
        + "word ".repeat(40)
        + "\"},\"finish_reason\":\"stop\"}],"
        + "\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":40,\"total_tokens\":90}}";
  }

  private static ProcessingRequest[][] requests(int promptBytes, boolean stream) {
    SplittableRandom random = new SplittableRandom(7);
    ProcessingRequest[][] variants = new ProcessingRequest[VARIANTS][];
    for (int v = 0; v < VARIANTS; v++) {
      byte[] prompt = new byte[promptBytes];
      for (int i = 0; i < promptBytes; i++) {
        prompt[i] = i % 6 == 5 ? (byte) ' ' : (byte) ('a' + random.nextInt(26));
      }
      String json =
          "{\"model\":\"m\",\"stream\":"
              + stream
              + ",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\""
              + new String(prompt, StandardCharsets.US_ASCII)
              + "\"}]}";
      variants[v] =
          new ProcessingRequest[] {
            requestHeaders(json.length()),
            ProcessingRequest.newBuilder()
                .setRequestBody(HttpBody.newBuilder().setBody(ByteString.copyFromUtf8(json)))
                .build(),
            REQUEST_END
          };
    }
    return variants;
  }

  private static ProcessingRequest requestHeaders(int length) {
    HeaderMap.Builder headers = HeaderMap.newBuilder();
    add(headers, ":authority", "gateway.example");
    add(headers, ":path", "/v1/chat/completions");
    add(headers, ":method", "POST");
    add(headers, ":scheme", "http");
    add(headers, "user-agent", "openai-python/1.60.0");
    add(headers, "accept", "application/json");
    add(headers, "content-type", "application/json");
    add(headers, "authorization", "Bearer none");
    add(headers, "content-length", Integer.toString(length));
    add(headers, "x-forwarded-proto", "http");
    add(headers, "x-request-id", "5c7a2c9e-8f5e-4f4c-9a43-3f5f3f1d2b11");
    return ProcessingRequest.newBuilder()
        .setRequestHeaders(HttpHeaders.newBuilder().setHeaders(headers))
        .build();
  }

  private static ProcessingRequest responseHeaders(String contentType) {
    HeaderMap.Builder headers = HeaderMap.newBuilder();
    add(headers, ":status", "200");
    add(headers, "date", "Wed, 25 Nov 2026 00:00:00 GMT");
    add(headers, "server", "uvicorn");
    add(headers, "content-type", contentType);
    return ProcessingRequest.newBuilder()
        .setResponseHeaders(HttpHeaders.newBuilder().setHeaders(headers))
        .build();
  }

  private static ProcessingRequest body(String text) {
    return ProcessingRequest.newBuilder()
        .setResponseBody(HttpBody.newBuilder().setBody(ByteString.copyFromUtf8(text)))
        .build();
  }

  private static void add(HeaderMap.Builder headers, String name, String value) {
    headers.addHeaders(
        HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFromUtf8(value)));
  }
}

package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests and responses of Vertex AI's PredictionService: OpenAI's, wrapped in messages and
 * frames (plugins-request-control-parsers.md 7). Thread-safe.
 */
final class VertexParser implements MediaParser {
  private static final String CHAT = "PredictionService/ChatCompletions";
  private static final String STREAM_RAW = "PredictionService/StreamRawPredict";
  private static final String RAW = "PredictionService/RawPredict";

  @Override
  public List<String> pathSuffixes() {
    return List.of(CHAT, STREAM_RAW, RAW);
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers, MediaTokens mediaTokens) {
    if (ParserTable.endsWithSegments(path, CHAT)) {
      return new VertexRequest(
          "ChatCompletionsRequest", () -> new JsonRequest(OpenAiApi.CHAT, mediaTokens, headers));
    }
    boolean streamed = ParserTable.endsWithSegments(path, STREAM_RAW);
    return new VertexRequest(
        streamed ? "StreamRawPredictRequest" : "RawPredictRequest",
        () -> new JsonRequest(OpenAiApi.RESPONSES, mediaTokens, headers));
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return new VertexUsage();
  }
}

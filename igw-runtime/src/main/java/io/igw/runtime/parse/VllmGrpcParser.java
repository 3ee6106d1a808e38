package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.spi.RequestParser;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests and responses of {@code vllm.grpc.engine.VllmEngine} from their frames
 * (plugins-request-control-parsers.md 8). Thread-safe.
 */
final class VllmGrpcParser implements RequestParser {
  private static final String GENERATE = "vllm.grpc.engine.VllmEngine/Generate";
  private static final String EMBED = "vllm.grpc.engine.VllmEngine/Embed";

  @Override
  public List<String> pathSuffixes() {
    return List.of(GENERATE, EMBED);
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers) {
    return new VllmGrpcRequest(ParserTable.endsWithSegments(path, EMBED));
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return new VllmGrpcUsage();
  }
}

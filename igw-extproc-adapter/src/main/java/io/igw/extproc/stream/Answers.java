package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HeadersResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.StreamedBodyResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.TrailersResponse;
import org.jspecify.annotations.Nullable;

/** The replies of the protocol. Those that never vary are made once. */
public final class Answers {
  static final ProcessingResponse REQUEST_HEADERS =
      ProcessingResponse.newBuilder()
          .setRequestHeaders(HeadersResponse.getDefaultInstance())
          .build();
  static final ProcessingResponse REQUEST_BODY =
      ProcessingResponse.newBuilder().setRequestBody(BodyResponse.getDefaultInstance()).build();
  static final ProcessingResponse REQUEST_TRAILERS =
      ProcessingResponse.newBuilder()
          .setRequestTrailers(TrailersResponse.getDefaultInstance())
          .build();
  static final ProcessingResponse RESPONSE_HEADERS =
      ProcessingResponse.newBuilder()
          .setResponseHeaders(HeadersResponse.getDefaultInstance())
          .build();
  static final ProcessingResponse RESPONSE_BODY =
      ProcessingResponse.newBuilder().setResponseBody(BodyResponse.getDefaultInstance()).build();
  static final ProcessingResponse RESPONSE_TRAILERS =
      ProcessingResponse.newBuilder()
          .setResponseTrailers(TrailersResponse.getDefaultInstance())
          .build();

  private Answers() {}

  /** A header to set, replacing what is there: {@code raw_value} only (rule EPP-38). */
  public static HeaderValueOption set(String lowerCaseName, ByteString value) {
    return HeaderValueOption.newBuilder()
        .setHeader(
            HeaderValue.newBuilder()
                // As bytes, so that a reply that is kept is not encoded anew each time.
                .setKeyBytes(ByteString.copyFromUtf8(lowerCaseName))
                .setRawValue(value))
        .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
        .build();
  }

  /** A header to set, replacing what is there. */
  public static HeaderValueOption set(String lowerCaseName, String value) {
    return set(lowerCaseName, ByteString.copyFromUtf8(value));
  }

  static ProcessingResponse requestHeaders(RequestEdits edits, @Nullable HeaderMutation headers) {
    if (edits == RequestEdits.NONE) {
      return REQUEST_HEADERS;
    }
    return withMetadata(edits)
        .setRequestHeaders(HeadersResponse.newBuilder().setResponse(common(edits, headers)))
        .build();
  }

  /** The answer to a buffered body; {@code body} is null if it does not change. */
  static ProcessingResponse bufferedBody(
      RequestEdits edits, @Nullable HeaderMutation headers, @Nullable ByteString body) {
    if (edits == RequestEdits.NONE) {
      return REQUEST_BODY;
    }
    CommonResponse.Builder common = common(edits, headers);
    if (body != null) {
      common.setBodyMutation(BodyMutation.newBuilder().setBody(body));
    }
    return withMetadata(edits)
        .setRequestBody(BodyResponse.newBuilder().setResponse(common))
        .build();
  }

  /** A piece of a body that goes back streamed, as a message that more can be added to. */
  public static ProcessingResponse piece(BodyPiece piece) {
    BodyResponse body =
        BodyResponse.newBuilder()
            .setResponse(
                CommonResponse.newBuilder()
                    .setBodyMutation(
                        BodyMutation.newBuilder()
                            .setStreamedResponse(
                                StreamedBodyResponse.newBuilder()
                                    .setBody(piece.body())
                                    .setEndOfStream(piece.endOfStream()))))
            .build();
    ProcessingResponse.Builder reply = ProcessingResponse.newBuilder();
    return (piece.ofResponse() ? reply.setResponseBody(body) : reply.setRequestBody(body)).build();
  }

  static ProcessingResponse responseHeaders(HeaderMutation headers) {
    return ProcessingResponse.newBuilder()
        .setResponseHeaders(
            HeadersResponse.newBuilder()
                .setResponse(CommonResponse.newBuilder().setHeaderMutation(headers)))
        .build();
  }

  /** The answer to a piece of a response body that something else takes the place of. */
  static ProcessingResponse responseBody(ByteString body, @Nullable HeaderMutation headers) {
    BodyMutation.Builder mutation = BodyMutation.newBuilder();
    CommonResponse.Builder common =
        CommonResponse.newBuilder()
            .setBodyMutation(body.isEmpty() ? mutation.setClearBody(true) : mutation.setBody(body));
    if (headers != null) {
      common.setHeaderMutation(headers);
    }
    return ProcessingResponse.newBuilder()
        .setResponseBody(BodyResponse.newBuilder().setResponse(common))
        .build();
  }

  private static CommonResponse.Builder common(
      RequestEdits edits, @Nullable HeaderMutation headers) {
    CommonResponse.Builder common =
        CommonResponse.newBuilder().setClearRouteCache(edits.clearRouteCache());
    if (headers != null) {
      common.setHeaderMutation(headers);
    }
    return common;
  }

  private static ProcessingResponse.Builder withMetadata(RequestEdits edits) {
    ProcessingResponse.Builder reply = ProcessingResponse.newBuilder();
    if (edits.metadata() != null) {
      reply.setDynamicMetadata(edits.metadata());
    }
    return reply;
  }
}

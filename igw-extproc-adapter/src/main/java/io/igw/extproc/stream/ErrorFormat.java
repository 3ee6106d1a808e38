package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.ext_proc.v3.GrpcStatus;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.igw.api.Rejection;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a rejection looks to the client (rules EPP-50 and EPP-52). */
public enum ErrorFormat {
  /** JSON in the shape of OpenAI's errors. */
  OPENAI("openai") {
    @Override
    String body(Refusal refusal, String message) {
      StringBuilder json = new StringBuilder(96 + message.length());
      json.append("{\"error\":{\"message\":");
      quote(message, json);
      return json.append(",\"type\":\"")
          .append(refusal.type())
          .append("\",\"param\":null,\"code\":\"")
          .append(refusal.code())
          .append("\"}}")
          .toString();
    }

    @Override
    String contentType() {
      return "application/json";
    }
  },
  /** The text of GIE v1.5 and llm-d. */
  GIE_V1_5("gie-v1.5") {
    @Override
    String body(Refusal refusal, String message) {
      return "inference error: " + refusal.word() + " - " + message;
    }
  },
  /** The text of GIE v1.1. */
  GIE_V1_1("gie-v1.1") {
    @Override
    String body(Refusal refusal, String message) {
      String word = refusal.word();
      return "inference gateway: "
          + ("ResourceExhausted".equals(word) ? "InferencePoolResourceExhausted" : word)
          + " - "
          + message;
    }
  };

  private static final String DROPPED_REASON = "x-llm-d-request-dropped-reason";

  private final String flag;

  ErrorFormat(String flag) {
    this.flag = flag;
  }

  /** The name on the command line. */
  public String flag() {
    return flag;
  }

  /** The names on the command line. */
  public static List<String> flags() {
    return Arrays.stream(values()).map(ErrorFormat::flag).toList();
  }

  /** The format with this name, null if there is none. */
  public static @Nullable ErrorFormat ofFlag(String flag) {
    for (ErrorFormat format : values()) {
      if (format.flag.equals(flag)) {
        return format;
      }
    }
    return null;
  }

  abstract String body(Refusal refusal, String message);

  /** Null leaves the type to the data plane. */
  @Nullable String contentType() {
    return null;
  }

  /** The immediate response for a rejection; {@code grpc}: the client speaks gRPC. */
  public ImmediateResponse render(Rejection rejection, boolean grpc) {
    Refusal refusal = Refusal.of(rejection.reason());
    HeaderMutation.Builder headers = HeaderMutation.newBuilder();
    if (contentType() != null) {
      headers.addSetHeaders(Answers.set("content-type", contentType()));
    }
    if (refusal.dropped() != null) {
      headers.addSetHeaders(Answers.set(DROPPED_REASON, refusal.dropped()));
    }
    if (rejection.retryAfter() != null) {
      long seconds = Math.max(1, rejection.retryAfter().plusNanos(999_999_999).toSeconds());
      headers.addSetHeaders(Answers.set("retry-after", Long.toString(seconds)));
    }
    ImmediateResponse.Builder response =
        ImmediateResponse.newBuilder()
            .setStatus(HttpStatus.newBuilder().setCodeValue(refusal.status()))
            .setBody(ByteString.copyFromUtf8(body(refusal, rejection.message())))
            .setDetails(refusal.code());
    if (headers.getSetHeadersCount() > 0) {
      response.setHeaders(headers);
    }
    if (grpc) {
      response.setGrpcStatus(GrpcStatus.newBuilder().setStatus(refusal.grpcStatus()));
    }
    return response.build();
  }

  private static void quote(String text, StringBuilder json) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}

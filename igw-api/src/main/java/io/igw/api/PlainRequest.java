package io.igw.api;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A request made by the builder. */
record PlainRequest(
    @Nullable String model,
    @Nullable String targetModel,
    int priority,
    String fairnessId,
    Prompt prompt,
    OptionalInt maxOutputTokens,
    boolean stream,
    long bodyBytes,
    Map<String, List<String>> headers,
    @Nullable EndpointSubset subset)
    implements InferenceRequest {
  @Override
  public @Nullable String header(String name) {
    List<String> values = headers.get(name);
    return values == null ? null : values.get(0);
  }

  @Override
  public @Nullable String joinedHeader(String name) {
    List<String> values = headers.get(name);
    return values == null ? null : String.join(RequestHeaders.between(name), values);
  }
}

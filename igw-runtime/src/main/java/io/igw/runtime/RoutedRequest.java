package io.igw.runtime;

import io.igw.api.EndpointSubset;
import io.igw.api.InferenceRequest;
import io.igw.api.Prompt;
import io.igw.api.RequestHeaders;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The request of an exchange as plugins see it. Immutable but for what its parts are. */
record RoutedRequest(
    @Nullable String model,
    @Nullable String targetModel,
    int priority,
    String fairnessId,
    Prompt prompt,
    int outputLimit,
    boolean stream,
    long bodyBytes,
    RequestHeaders headers,
    @Nullable EndpointSubset subset)
    implements InferenceRequest {
  /** The same request of another tenant. */
  RoutedRequest of(String tenant) {
    return new RoutedRequest(
        model,
        targetModel,
        priority,
        tenant,
        prompt,
        outputLimit,
        stream,
        bodyBytes,
        headers,
        subset);
  }

  @Override
  public OptionalInt maxOutputTokens() {
    return outputLimit < 0 ? OptionalInt.empty() : OptionalInt.of(outputLimit);
  }

  @Override
  public @Nullable String header(String name) {
    return headers.first(name);
  }

  @Override
  public @Nullable String joinedHeader(String name) {
    return headers.joined(name);
  }
}

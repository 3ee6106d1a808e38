package io.igw.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The parsed request; immutable. */
public interface InferenceRequest {
  /** Model that the client named; null if the API carries none. */
  @Nullable String model();

  /** Model after rewriting; null if the API carries none. */
  @Nullable String targetModel();

  /** Higher is more important; below 0 the request may be shed. */
  int priority();

  /** Tenant for fairness. */
  String fairnessId();

  /** What routing knows of the prompt. */
  Prompt prompt();

  /** The client's limit on generated tokens. */
  OptionalInt maxOutputTokens();

  /** Whether the client wants a streamed response. */
  boolean stream();

  /** Length of the body in bytes. */
  long bodyBytes();

  /** First value of a header; the name is lower case. */
  @Nullable String header(String name);

  /** All values of a header in one line, for headers that are lists; the name is lower case. */
  default @Nullable String joinedHeader(String name) {
    return header(name);
  }

  /** Endpoints that the data plane allows; null means every endpoint. */
  @Nullable EndpointSubset subset();

  /** A builder for embedders and tests. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds a request. Not thread-safe. */
  final class Builder {
    private @Nullable String model;
    private @Nullable String targetModel;
    private @Nullable String cacheSalt;
    private int priority;
    private String fairnessId = "default-flow";
    private final PromptBuilder prompt = new PromptBuilder();
    private @Nullable Prompt finished;
    private OptionalInt maxOutputTokens = OptionalInt.empty();
    private boolean stream;
    private long bodyBytes;
    private final Map<String, List<String>> headers = new HashMap<>();
    private @Nullable EndpointSubset subset;

    private Builder() {}

    /** Sets the model; also the target model unless that is set. */
    public Builder model(String model) {
      this.model = model;
      return this;
    }

    /** Sets the model after rewriting. */
    public Builder targetModel(String targetModel) {
      this.targetModel = targetModel;
      return this;
    }

    /** Separates the caches of tenants. */
    public Builder cacheSalt(String cacheSalt) {
      this.cacheSalt = cacheSalt;
      return this;
    }

    /** Sets the priority; 0 unless set. */
    public Builder priority(int priority) {
      this.priority = priority;
      return this;
    }

    /** Sets the tenant; {@code default-flow} unless set. */
    public Builder fairnessId(String fairnessId) {
      this.fairnessId = fairnessId;
      return this;
    }

    /** Appends prompt text; its UTF-8 form is hashed. */
    public Builder prompt(String text) {
      prompt.text(text);
      return this;
    }

    /** Takes a finished prompt in place of appended text. */
    public Builder prompt(Prompt finished) {
      this.finished = finished;
      return this;
    }

    /** Sets the client's limit on generated tokens. */
    public Builder maxOutputTokens(int tokens) {
      this.maxOutputTokens = OptionalInt.of(tokens);
      return this;
    }

    /** Sets whether the response is streamed. */
    public Builder stream(boolean stream) {
      this.stream = stream;
      return this;
    }

    /** Sets the body length. */
    public Builder bodyBytes(long bodyBytes) {
      this.bodyBytes = bodyBytes;
      return this;
    }

    /** Adds a header, or a further value of one; the name is made lower case. */
    public Builder header(String name, String value) {
      headers.computeIfAbsent(name.toLowerCase(Locale.ROOT), n -> new ArrayList<>()).add(value);
      return this;
    }

    /** Restricts the endpoints. */
    public Builder subset(EndpointSubset subset) {
      this.subset = subset;
      return this;
    }

    /** The request. */
    public InferenceRequest build() {
      String target = targetModel != null ? targetModel : model;
      Prompt hashed =
          finished != null ? finished : prompt.build(target == null ? "" : target, cacheSalt);
      return new PlainRequest(
          model,
          target,
          priority,
          fairnessId,
          hashed,
          maxOutputTokens,
          stream,
          bodyBytes,
          Map.copyOf(headers),
          subset);
    }
  }
}

package io.igw.runtime;

import io.igw.api.Decision;
import io.igw.api.EndpointId;
import io.igw.api.EndpointSubset;
import io.igw.api.Outcome;
import io.igw.api.Rejection;
import io.igw.api.RequestHeaders;
import io.igw.scheduler.EndpointSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plays the gateway of one request against a real picker. */
final class Gateway {
  static final String CHAT = "/v1/chat/completions";

  final Exchange exchange;
  final List<Outcome> outcomes = new ArrayList<>();

  Gateway(PickerRuntime runtime) {
    exchange = runtime.open(Runnable::run);
  }

  static List<EndpointSpec> endpoints(int count) {
    List<EndpointSpec> endpoints = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      endpoints.add(
          new EndpointSpec(new EndpointId("default", "e" + i), "10.0.0." + i, 8000, 0, Map.of()));
    }
    return endpoints;
  }

  static PickerRuntime.Builder runtime(String... yaml) {
    String text =
        "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n" + String.join("\n", yaml);
    return PickerRuntime.builder().yaml(text, "test.yaml");
  }

  static PickerRuntime started(PickerRuntime.Builder builder) {
    PickerRuntime runtime = builder.build();
    runtime.start();
    return runtime;
  }

  static RequestHeaders headers(String... pairs) {
    Map<String, String> headers = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      headers.put(pairs[i], pairs[i + 1]);
    }
    return headers::get;
  }

  Gateway begin(String path, String... pairs) {
    return begin(null, path, pairs);
  }

  Gateway begin(@Nullable EndpointSubset subset, String path, String... pairs) {
    RequestHeaders given = headers(pairs);
    exchange.requestHeaders(name -> name.equals(":path") ? path : given.first(name), subset);
    return this;
  }

  @Nullable Rejection feed(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return exchange.requestBody(bytes, 0, bytes.length);
  }

  Outcome end() {
    exchange.endRequest(outcomes::add);
    return outcomes.get(outcomes.size() - 1);
  }

  /** A whole request with a body. */
  Outcome post(String path, String body, String... pairs) {
    begin(path, pairs);
    feed(body);
    return end();
  }

  void respond(String chunk) {
    byte[] bytes = chunk.getBytes(StandardCharsets.UTF_8);
    exchange.responseBody(bytes, 0, bytes.length);
  }

  Decision decision() {
    Decision decision = exchange.decision();
    if (decision == null) {
      throw new AssertionError("no decision, but " + outcomes);
    }
    return decision;
  }

  /** The body with the exchange's edits. */
  String edited(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder edited = new StringBuilder();
    int at = 0;
    for (Exchange.BodyEdit edit : exchange.bodyEdits()) {
      edited.append(new String(bytes, at, (int) edit.start() - at, StandardCharsets.UTF_8));
      edited.append(new String(edit.replacement(), StandardCharsets.UTF_8));
      at = (int) edit.end();
    }
    return edited
        .append(new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8))
        .toString();
  }
}

package io.igw.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A request of the embeddings API and its answer: equal inputs get equal vectors. Immutable.
 *
 * @param model the model asked for
 * @param inputs one for each vector
 * @param base64 vectors as little-endian floats in base64, else as numbers
 */
record EmbeddingsRequest(String model, List<Input> inputs, boolean base64) {
  private static final int DIMENSIONS = 8;
  private static final int BYTES_PER_TOKEN = 4;
  private static final JsonFactory JSON = new JsonFactory();

  /** A text or a list of token ids. */
  record Input(int tokens, long hash) {}

  /**
   * Reads a body.
   *
   * @throws IOException if it is no JSON
   * @throws IllegalArgumentException if it is no embeddings request
   */
  static EmbeddingsRequest read(byte[] body) throws IOException {
    String model = "";
    List<Input> inputs = new ArrayList<>();
    boolean base64 = false;
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("body (expected: a JSON object)");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "model" -> model = json.getValueAsString("");
          case "encoding_format" -> base64 = json.getValueAsString("").equals("base64");
          case "input" -> inputs(json, inputs);
          default -> json.skipChildren();
        }
      }
    }
    if (model.isEmpty()) {
      throw new IllegalArgumentException("model (expected: a model name)");
    }
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException(
          "input (expected: a text, texts, token ids or lists of them)");
    }
    return new EmbeddingsRequest(model, List.copyOf(inputs), base64);
  }

  private static void inputs(JsonParser json, List<Input> inputs) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      inputs.add(text(json));
      return;
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    int tokens = 0;
    long hash = 0;
    while (json.nextToken() != JsonToken.END_ARRAY && json.currentToken() != null) {
      switch (json.currentToken()) {
        case VALUE_STRING -> inputs.add(text(json));
        case START_ARRAY -> inputs(json, inputs);
        case VALUE_NUMBER_INT -> {
          tokens++;
          hash = 31 * hash + json.getLongValue();
        }
        default ->
            throw new IllegalArgumentException("input (expected: texts or token ids inside)");
      }
    }
    if (tokens > 0) {
      inputs.add(new Input(tokens, hash));
    }
  }

  private static Input text(JsonParser json) throws IOException {
    String text = json.getText();
    return new Input(Math.max(1, text.length() / BYTES_PER_TOKEN), text.hashCode());
  }

  /** Tokens of all inputs. */
  int tokens() {
    return inputs.stream().mapToInt(Input::tokens).sum();
  }

  /** The answer. */
  String document(String id, long createdSeconds) {
    StringBuilder out = new StringBuilder("{\"id\":\"embd-").append(OpenAiReply.quoted(id));
    out.append("\",\"object\":\"list\",\"created\":").append(createdSeconds);
    out.append(",\"model\":\"").append(OpenAiReply.quoted(model)).append("\",\"data\":[");
    for (int i = 0; i < inputs.size(); i++) {
      out.append(i == 0 ? "" : ",").append("{\"index\":").append(i);
      out.append(",\"object\":\"embedding\",\"embedding\":").append(vector(inputs.get(i)));
      out.append('}');
    }
    return out.append("],\"usage\":{\"prompt_tokens\":")
        .append(tokens())
        .append(",\"total_tokens\":")
        .append(tokens())
        .append(",\"completion_tokens\":0,\"prompt_tokens_details\":null}}")
        .toString();
  }

  private String vector(Input input) {
    SplittableRandom random = new SplittableRandom(input.hash());
    ByteBuffer bytes = ByteBuffer.allocate(4 * DIMENSIONS).order(ByteOrder.LITTLE_ENDIAN);
    StringBuilder numbers = new StringBuilder("[");
    for (int i = 0; i < DIMENSIONS; i++) {
      float value = (float) random.nextDouble(-1, 1);
      bytes.putFloat(value);
      numbers.append(i == 0 ? "" : ",").append(String.format(Locale.ROOT, "%.6f", value));
    }
    return base64
        ? "\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\""
        : numbers.append(']').toString();
  }
}

package io.igw.simulator;

/** The JSON documents of a completions or chat completions response. Immutable. */
final class OpenAiReply {
  private static final String[] WORDS = {
    "the", "gateway", "sends", "each", "request", "where", "its", "prefix", "is", "warm", "and",
    "load", "is", "low", "so", "tokens", "come", "soon"
  };

  private final boolean chat;
  private final String head;

  OpenAiReply(boolean chat, boolean stream, String id, String model, long createdSeconds) {
    this.chat = chat;
    String object = chat ? stream ? "chat.completion.chunk" : "chat.completion" : "text_completion";
    this.head =
        "{\"id\":\""
            + (chat ? "chatcmpl-" : "cmpl-")
            + quoted(id)
            + "\",\"object\":\""
            + object
            + "\",\"created\":"
            + createdSeconds
            + ",\"model\":\""
            + quoted(model)
            + "\"";
  }

  /** The event of one token. */
  String tokenEvent(int index, boolean last) {
    String finish = last ? "\"length\"" : "null";
    String word = word(index);
    String choice =
        chat
            ? (index == 0
                    ? "\"delta\":{\"role\":\"assistant\",\"content\":\""
                    : "\"delta\":{\"content\":\"")
                + word
                + "\"}"
            : "\"text\":\"" + word + "\"";
    return event(
        head
            + ",\"choices\":[{\"index\":0,"
            + choice
            + ",\"logprobs\":null,\"finish_reason\":"
            + finish
            + "}]}");
  }

  /** The event with the token counts and the end of the stream. */
  String lastEvents(Generation generation) {
    return event(head + ",\"choices\":[]," + usage(generation) + "}") + event("[DONE]");
  }

  /** The whole response as one document. */
  String document(Generation generation) {
    StringBuilder text = new StringBuilder(8 * generation.outputTokens());
    for (int i = 0; i < generation.generated(); i++) {
      text.append(word(i));
    }
    String choice =
        chat
            ? "\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"}"
            : "\"text\":\"" + text + "\"";
    return head
        + ",\"choices\":[{\"index\":0,"
        + choice
        + ",\"logprobs\":null,\"finish_reason\":\"length\"}],"
        + usage(generation)
        + "}";
  }

  private static String usage(Generation generation) {
    return "\"usage\":{\"prompt_tokens\":"
        + generation.promptTokens()
        + ",\"total_tokens\":"
        + (generation.promptTokens() + generation.generated())
        + ",\"completion_tokens\":"
        + generation.generated()
        + ",\"prompt_tokens_details\":{\"cached_tokens\":"
        + generation.cachedTokens()
        + "}}";
  }

  private static String word(int index) {
    return (index == 0 ? "" : " ") + WORDS[index % WORDS.length];
  }

  private static String event(String data) {
    return "data: " + data + "\n\n";
  }

  /** An error as OpenAI servers write it. */
  static String error(int status, String type, String message) {
    return "{\"error\":{\"message\":\""
        + quoted(message)
        + "\",\"type\":\""
        + type
        + "\",\"param\":null,\"code\":"
        + status
        + "}}";
  }

  /** A text inside the quotes of a JSON string. */
  static String quoted(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}

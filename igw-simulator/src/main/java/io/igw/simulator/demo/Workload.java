package io.igw.simulator.demo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A stream of chat turns by seed: groups of users share a long system prompt, and often a LoRA
 * adapter; group sizes follow Zipf's law; conversations have several turns; arrivals are Poisson.
 * Not thread-safe.
 */
final class Workload {
  /**
   * One request.
   *
   * @param atNanos arrival, from the start of the play
   * @param group number of the group, 0 the most frequent
   * @param turn turn of its conversation, from 0
   * @param model base model or adapter
   * @param body the chat completions request
   */
  record Turn(long atNanos, int group, int turn, String model, byte[] body) {}

  /** Figures of the workload. The prompts outweigh the KV cache of any one server. */
  static final int GROUPS = 24;

  static final int SYSTEM_PROMPT_TOKENS = 3072;

  private static final int ADAPTERS = 8;
  private static final double ZIPF = 0.6;
  private static final int LIVE_CONVERSATIONS = 4;
  private static final int MAX_TURNS = 5;
  private static final double NEW_CONVERSATION = 0.3;
  private static final String[] SYLLABLES = {
    "ka", "lo", "mi", "ren", "sul", "ta", "vor", "ne", "pi", "dra", "gel", "um", "os", "fi", "jun"
  };

  private final Random random;
  private final long[] arrivals;
  private final double[] cumulative = new double[GROUPS];
  private final List<Group> groups = new ArrayList<>();
  private int turns;

  private static final class Group {
    final String model;
    final String systemPrompt;
    final List<Conversation> live = new ArrayList<>();

    Group(String model, String systemPrompt) {
      this.model = model;
      this.systemPrompt = systemPrompt;
    }
  }

  private static final class Conversation {
    final StringBuilder messages = new StringBuilder();
    int turns;
  }

  Workload(long seed, String baseModel, int requests, long durationNanos) {
    this.random = new Random(seed);
    // Arrivals of a Poisson process, once their number is known, are uniform in time.
    this.arrivals = random.longs(requests, 0, durationNanos).sorted().toArray();
    double sum = 0;
    for (int i = 0; i < GROUPS; i++) {
      sum += 1 / Math.pow(i + 1, ZIPF);
      cumulative[i] = sum;
      // Every other group uses an adapter.
      String model = i % 2 == 0 ? baseModel : "adapter-" + (i / 2 % ADAPTERS);
      groups.add(new Group(model, text(SYSTEM_PROMPT_TOKENS)));
    }
  }

  /** The next arrival; as many as requests were asked for. */
  Turn next() {
    int number = group();
    Group group = groups.get(number);
    Conversation conversation = conversation(group);
    message(conversation, "user", text(30 + random.nextInt(60)));
    String body =
        "{\"model\":\""
            + group.model
            + "\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":"
            + (8 + random.nextInt(17))
            + ",\"messages\":[{\"role\":\"system\",\"content\":\""
            + group.systemPrompt
            + "\"}"
            + conversation.messages
            + "]}";
    Turn turn =
        new Turn(
            arrivals[turns++],
            number,
            conversation.turns,
            group.model,
            body.getBytes(StandardCharsets.UTF_8));
    // The same answer in every play, whatever a server says: prompts must not depend on the run.
    message(conversation, "assistant", text(20 + random.nextInt(40)));
    if (++conversation.turns >= MAX_TURNS) {
      group.live.remove(conversation);
    }
    return turn;
  }

  /**
   * Turns that leave no trace in any prefix cache, since none fills a block: for warming up what
   * lies between client and servers.
   */
  static Supplier<Turn> warmUp(String model, long gapNanos) {
    AtomicInteger count = new AtomicInteger();
    return () -> {
      int number = count.getAndIncrement();
      String body =
          "{\"model\":\""
              + model
              + "\",\"stream\":true,\"max_tokens\":2,\"messages\":[{\"role\":\"user\","
              + "\"content\":\"warm-up "
              + number
              + "\"}]}";
      return new Turn(number * gapNanos, 0, 0, model, body.getBytes(StandardCharsets.UTF_8));
    };
  }

  private int group() {
    double point = random.nextDouble() * cumulative[GROUPS - 1];
    int group = 0;
    while (cumulative[group] <= point) {
      group++;
    }
    return group;
  }

  private Conversation conversation(Group group) {
    boolean fresh = group.live.isEmpty() || random.nextDouble() < NEW_CONVERSATION;
    if (!fresh) {
      return group.live.get(random.nextInt(group.live.size()));
    }
    if (group.live.size() >= LIVE_CONVERSATIONS) {
      group.live.remove(0);
    }
    Conversation conversation = new Conversation();
    group.live.add(conversation);
    return conversation;
  }

  private static void message(Conversation conversation, String role, String text) {
    conversation
        .messages
        .append(",{\"role\":\"")
        .append(role)
        .append("\",\"content\":\"")
        .append(text)
        .append("\"}");
  }

  /** Words of about so many tokens, four characters each. */
  private String text(int tokens) {
    StringBuilder out = new StringBuilder(4 * tokens + 8);
    while (out.length() < 4 * tokens) {
      for (int syllables = 1 + random.nextInt(3); syllables > 0; syllables--) {
        out.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
      }
      out.append(' ');
    }
    out.setLength(4 * tokens);
    return out.toString();
  }
}

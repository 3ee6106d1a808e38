package io.igw.api;

/**
 * Token counts of one response; -1 where the server told nothing.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens those of them that came from the engine's prefix cache
 * @param completionTokens generated tokens
 * @param reasoningTokens those of them that the model thought with, where it tells them apart
 */
public record Usage(
    long promptTokens, long cachedTokens, long completionTokens, long reasoningTokens) {
  /** Nothing was told. */
  public static final Usage UNKNOWN = new Usage(-1, -1, -1, -1);

  /** Without a word on reasoning. */
  public Usage(long promptTokens, long cachedTokens, long completionTokens) {
    this(promptTokens, cachedTokens, completionTokens, -1);
  }
}

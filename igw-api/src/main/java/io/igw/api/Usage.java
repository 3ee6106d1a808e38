package io.igw.api;

/**
 * Token counts of one response; -1 where the server told nothing.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens those of them that came from the engine's prefix cache
 * @param completionTokens generated tokens
 */
public record Usage(long promptTokens, long cachedTokens, long completionTokens) {
  /** Nothing was told. */
  public static final Usage UNKNOWN = new Usage(-1, -1, -1);
}

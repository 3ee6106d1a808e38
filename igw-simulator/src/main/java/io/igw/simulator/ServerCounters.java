package io.igw.simulator;

/**
 * Totals of one model server.
 *
 * @param requests inference requests that reached the engine
 * @param completed those that were answered whole
 * @param aborted those whose client went away
 * @param promptTokens prompt tokens of prefilled requests
 * @param cachedTokens those of them that were cached
 * @param generatedTokens generated tokens of completed requests
 */
public record ServerCounters(
    long requests,
    long completed,
    long aborted,
    long promptTokens,
    long cachedTokens,
    long generatedTokens) {}

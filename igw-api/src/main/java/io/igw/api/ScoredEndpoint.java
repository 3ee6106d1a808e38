package io.igw.api;

/**
 * An endpoint and what it was worth to a decision.
 *
 * @param score the weighted sum of its scores; higher is better
 */
public record ScoredEndpoint(Endpoint endpoint, double score) {}

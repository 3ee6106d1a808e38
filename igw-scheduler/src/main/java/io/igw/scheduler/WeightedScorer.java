package io.igw.scheduler;

import io.igw.spi.Scorer;

/**
 * A scorer in its profile.
 *
 * @param stage the scorer
 * @param weight any finite number
 * @param index its place among the profile's scorers as configured
 */
record WeightedScorer(Stage<Scorer> stage, double weight, int index) {}

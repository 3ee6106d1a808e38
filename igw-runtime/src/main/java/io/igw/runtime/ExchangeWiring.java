package io.igw.runtime;

import io.igw.runtime.parse.ParserTable;
import io.igw.scheduler.Scheduler;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What all exchanges of one picker share.
 *
 * @param scheduler picks
 * @param parsers chooses the parser by path
 * @param headerProcessors see requests first
 * @param asyncProducers run before a pick
 * @param observers see responses
 * @param metrics hears everything
 * @param decisions hears decisions with their explanation; null: no one does
 * @param rewriting priority by objective, and rules for models
 * @param requestKeys number of slots of per-request state; 0: no plugin keeps any
 * @param maxBodyBytes longest request body
 * @param maxBodyDepth levels of objects and arrays in a JSON request body
 * @param maxLineBytes longest line of an event stream whose usage is read
 * @param ignoreSubset whether subset hints count for nothing
 * @param clock monotonic, nanoseconds
 */
record ExchangeWiring(
    Scheduler scheduler,
    ParserTable parsers,
    HeaderProcessors headerProcessors,
    AsyncProducers asyncProducers,
    Observers observers,
    PickerMetrics metrics,
    @Nullable DecisionListener decisions,
    Rewriting rewriting,
    int requestKeys,
    long maxBodyBytes,
    int maxBodyDepth,
    int maxLineBytes,
    boolean ignoreSubset,
    LongSupplier clock) {}

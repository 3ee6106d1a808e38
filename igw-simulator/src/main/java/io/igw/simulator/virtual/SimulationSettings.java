package io.igw.simulator.virtual;

import io.igw.simulator.engine.EngineParameters;

/**
 * What a run depends on beside its trace.
 *
 * @param profile the configuration that decides
 * @param servers engines, all alike
 * @param engine their size and speed, that of each rank
 * @param dataParallelSize ranks of an engine
 * @param rate factor by which requests come faster than in the trace
 * @param seed of the scheduler's chance and of the jitter
 * @param scrapeNanos between two scrapes of an engine
 * @param jitterNanos at most added to each of these
 * @param delayNanos from a scrape to the picker's knowing
 * @param ttftSloNanos objective for the time to the first token
 * @param tpotSloNanos objective for the mean time between tokens
 */
record SimulationSettings(
    Profile profile,
    int servers,
    EngineParameters engine,
    int dataParallelSize,
    double rate,
    long seed,
    long scrapeNanos,
    long jitterNanos,
    long delayNanos,
    long ttftSloNanos,
    long tpotSloNanos) {

  /** An EndpointPickerConfig and the name that it is known by. */
  record Profile(String name, String yaml) {}

  SimulationSettings with(Profile other, double otherRate, long otherSeed) {
    return new SimulationSettings(
        other,
        servers,
        engine,
        dataParallelSize,
        otherRate,
        otherSeed,
        scrapeNanos,
        jitterNanos,
        delayNanos,
        ttftSloNanos,
        tpotSloNanos);
  }
}

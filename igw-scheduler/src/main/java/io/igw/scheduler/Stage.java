package io.igw.scheduler;

import io.igw.spi.Meters;

/**
 * A plugin in its place.
 *
 * @param name name of the instance
 * @param plugin the instance
 * @param faults where its breaches of contract go
 * @param durations where the seconds go that it takes, of sampled cycles
 */
record Stage<P>(String name, P plugin, PluginFaults faults, Meters.Histogram durations) {}

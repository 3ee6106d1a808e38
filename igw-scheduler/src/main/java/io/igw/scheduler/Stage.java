package io.igw.scheduler;

/**
 * A plugin in its place.
 *
 * @param name name of the instance
 * @param plugin the instance
 * @param faults where its breaches of contract go
 */
record Stage<P>(String name, P plugin, PluginFaults faults) {}

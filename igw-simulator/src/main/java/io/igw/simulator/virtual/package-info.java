/**
 * Policies on trial in virtual time: the shipped scheduler, plugins and configuration decide for a
 * trace of requests, engine models take the time that engines would, and no clock runs.
 *
 * <p><b>Data.</b> A {@link io.igw.simulator.virtual.Trace} is immutable and may serve many runs at
 * once. A {@link io.igw.simulator.virtual.Simulation} owns its picker, its engines and its queue of
 * arrivals and scrapes; it runs on one thread and reads nothing but its settings and the seed, so
 * that the same settings lead to the same {@link io.igw.simulator.virtual.RunResult}.
 *
 * <p><b>Time.</b> The picker sees endpoints as a scrape told it: numbers of an engine are read at
 * the scrape and reported after the scrape's delay. Leases change when the engines' tokens are
 * there.
 */
@NullMarked
package io.igw.simulator.virtual;

import org.jspecify.annotations.NullMarked;

/**
 * The load scorers, pickers, the single profile handler, the utilization detector and the load
 * producers that every configuration can name. They are found through the same SPI as a stranger's
 * plugins; {@link io.igw.scheduler.plugins.BuiltInPlugins} makes them for embedders without a file.
 *
 * <p><b>Absent numbers.</b> An endpoint whose number was never seen scores the mean of the
 * candidates that have one, and 0.5 if none has: then live load and the tie-break decide.
 */
@NullMarked
package io.igw.scheduler.plugins;

import org.jspecify.annotations.NullMarked;

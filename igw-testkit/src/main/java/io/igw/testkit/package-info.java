/**
 * Contract tests that a plugin author extends, and the cycle they run on.
 *
 * <p>A test class extends {@link io.igw.testkit.ScorerContract}, {@link
 * io.igw.testkit.FilterContract} or {@link io.igw.testkit.PickerContract} and says how its plugin
 * is made; the inherited tests check what every plugin owes the scheduler. {@link
 * io.igw.testkit.Contracts} runs them on every plugin of a jar. {@link io.igw.testkit.TestCycle}
 * serves the plugin's own formula tests.
 */
@NullMarked
package io.igw.testkit;

import org.jspecify.annotations.NullMarked;

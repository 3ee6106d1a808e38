/** A real Envoy in front of a picker: its bootstrap, and its process. */
@NullMarked
package io.igw.simulator.envoy;

import org.jspecify.annotations.NullMarked;

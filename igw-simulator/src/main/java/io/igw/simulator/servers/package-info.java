/** {@code igw servers}: model servers without models, as many as one wants. */
@NullMarked
package io.igw.simulator.servers;

import org.jspecify.annotations.NullMarked;

/** What the example gateways share; not about embedding itself. */
@NullMarked
package io.igw.examples.kit;

import org.jspecify.annotations.NullMarked;

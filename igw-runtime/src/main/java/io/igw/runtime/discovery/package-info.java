/** Finds the endpoints of a pool. */
@NullMarked
package io.igw.runtime.discovery;

import org.jspecify.annotations.NullMarked;

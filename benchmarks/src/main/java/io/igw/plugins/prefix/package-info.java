/** Benchmarks of the prefix index, which is not public. */
@NullMarked
package io.igw.plugins.prefix;

import org.jspecify.annotations.NullMarked;

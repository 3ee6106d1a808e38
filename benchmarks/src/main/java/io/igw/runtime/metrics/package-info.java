/** Benchmarks of the metrics page reader, which is not public. */
@NullMarked
package io.igw.runtime.metrics;

import org.jspecify.annotations.NullMarked;

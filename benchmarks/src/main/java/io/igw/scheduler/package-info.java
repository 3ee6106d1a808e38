/** Benchmarks of the scheduling cycle, whose bare form is not public. */
@NullMarked
package io.igw.scheduler;

import org.jspecify.annotations.NullMarked;

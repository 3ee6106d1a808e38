/** JMH benchmarks of the library and the table of bounds that they are held against. */
@NullMarked
package io.igw.benchmarks;

import org.jspecify.annotations.NullMarked;

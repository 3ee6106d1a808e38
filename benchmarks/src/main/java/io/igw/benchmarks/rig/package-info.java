/** An ext-proc client that plays the data plane, and the server processes that it measures. */
@NullMarked
package io.igw.benchmarks.rig;

import org.jspecify.annotations.NullMarked;

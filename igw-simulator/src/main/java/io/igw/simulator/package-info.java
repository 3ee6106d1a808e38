/** Model servers that behave as an engine does, without a model: many in one process. */
@NullMarked
package io.igw.simulator;

import org.jspecify.annotations.NullMarked;

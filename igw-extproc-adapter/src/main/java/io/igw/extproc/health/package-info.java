/** Tells probes and data planes over gRPC whether this picker works and is ready. */
@NullMarked
package io.igw.extproc.health;

import org.jspecify.annotations.NullMarked;

/** The other side of ext-proc: what Envoy sends for an exchange, for rehearsals and for the rig. */
@NullMarked
package io.igw.extproc.client;

import org.jspecify.annotations.NullMarked;

/** Certificates of the ext-proc port: one made at start, or files that may be replaced. */
@NullMarked
package io.igw.extproc.tls;

import org.jspecify.annotations.NullMarked;

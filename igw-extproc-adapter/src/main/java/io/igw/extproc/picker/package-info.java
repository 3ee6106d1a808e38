/** The picker as a stream handler: between ext-proc messages and an exchange of the runtime. */
@NullMarked
package io.igw.extproc.picker;

import org.jspecify.annotations.NullMarked;

/** The runnable ext-proc server of igw: its entry points. */
@NullMarked
package io.igw.extproc;

import org.jspecify.annotations.NullMarked;

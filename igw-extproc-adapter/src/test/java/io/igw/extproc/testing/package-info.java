/** What the adapter's tests share: messages, a data plane in a few lines, a scripted exchange. */
@NullMarked
package io.igw.extproc.testing;

import org.jspecify.annotations.NullMarked;

/** igw in a gateway made with a well-known framework. */
@NullMarked
package io.igw.examples.armeria;

import org.jspecify.annotations.NullMarked;

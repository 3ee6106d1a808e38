/** A small HTTP gateway with the picker inside: an example of embedding. */
@NullMarked
package io.igw.examples.gateway;

import org.jspecify.annotations.NullMarked;

/**
 * {@code igw rehearse}: a picker under load whose JVM then keeps what it has learnt for later
 * starts. The load runs in this process and the picker in a child of its own, since what a JVM
 * learns from a client would be in the way of a server.
 */
@NullMarked
package io.igw.extproc.rehearsal;

import org.jspecify.annotations.NullMarked;

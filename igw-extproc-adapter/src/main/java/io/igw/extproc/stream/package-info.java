/**
 * One ext-proc stream as a pure state machine: messages of the data plane in, replies out. It knows
 * the protocol's messages, but neither gRPC nor any transport.
 */
@NullMarked
package io.igw.extproc.stream;

import org.jspecify.annotations.NullMarked;

/** Carries ext-proc streams over gRPC: event loops, messages, flow control, the server's life. */
@NullMarked
package io.igw.extproc.server;

import org.jspecify.annotations.NullMarked;

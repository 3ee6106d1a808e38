/** Plugins that see responses (plugins-request-control.md 7). Stateless. */
@NullMarked
package io.igw.scheduler.responses;

import org.jspecify.annotations.NullMarked;

/**
 * Filters (plugins-scheduling.md 2). By what an endpoint is labelled with (2.1 to 2.3): {@code
 * label-selector-filter}, {@code by-label-selector}, {@code by-label}, {@code decode-filter},
 * {@code prefill-filter} and {@code encode-filter}.
 *
 * <p>Labels change with the endpoints alone, so what a filter keeps is computed once per snapshot
 * and taken over as bits by every request. The others look at columns or at what producers stored.
 */
@NullMarked
package io.igw.scheduler.filters;

import org.jspecify.annotations.NullMarked;

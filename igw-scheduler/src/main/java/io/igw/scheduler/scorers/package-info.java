/**
 * Scorers beyond those of the default configuration (plugins-scheduling.md 3): {@code
 * load-aware-scorer}, {@code endpoint-attribute-scorer}, {@code header-label-affinity-scorer},
 * {@code topology-affinity-scorer}, {@code mm-embeddings-cache-scorer}, {@code no-hit-lru-scorer},
 * {@code latency-scorer} and the scorers of cluster numbers.
 *
 * <p>They read columns of the snapshot and what producers stored; only {@code no-hit-lru-scorer}
 * keeps anything, one time for each slot.
 */
@NullMarked
package io.igw.scheduler.scorers;

import org.jspecify.annotations.NullMarked;

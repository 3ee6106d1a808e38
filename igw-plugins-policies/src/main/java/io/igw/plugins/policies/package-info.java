/**
 * Policies of other systems and of the literature, stated by formula (plugins-scheduling.md 9), so
 * that they can be configured, compared in simulation and cited.
 *
 * <p>In all of them, {@code uncached(e)} is the prompt tokens of this request that endpoint e does
 * not hold, {@code queued(e)} the tokens routed to e whose first response byte has not come, {@code
 * batch(e)} the requests in flight on e, {@code k(e)} the used share of its KV cache. The first
 * three are the picker's own and never stale; only {@code least-load} takes its queue from what
 * engines report. A policy that is a cost is turned into a score, {@code (1 + least) / (1 + cost)},
 * so that it can be combined with others; alone with a max-score picker it is the policy.
 */
@NullMarked
package io.igw.plugins.policies;

import org.jspecify.annotations.NullMarked;

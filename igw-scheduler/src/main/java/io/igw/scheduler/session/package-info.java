/**
 * Who a request comes from and where it belongs (plugins-scheduling.md 5,
 * plugins-request-control.md 3.5 and 6): session affinity by a header that carries the endpoint or
 * by a session id, {@code session-id-producer}, {@code agent-identity}.
 *
 * <p>A session id is bound to slot and generation of an endpoint in a {@link
 * io.igw.scheduler.session.RecentMap}; a pick writes, filters and scorers read.
 */
@NullMarked
package io.igw.scheduler.session;

import org.jspecify.annotations.NullMarked;

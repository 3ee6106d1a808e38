/**
 * Who is served at all (plugins-request-control.md 4, plugins-scheduling.md 8): admitters, quotas
 * of tenants, and the exclusion of endpoints that keep failing.
 *
 * <p>Quotas and health are written by event loops with single compare-and-sets or short critical
 * sections that nothing else waits for.
 */
@NullMarked
package io.igw.scheduler.admission;

import org.jspecify.annotations.NullMarked;

/**
 * What plugins implement.
 *
 * <p><b>Threading.</b> A plugin instance is called from several event loops at once; a {@link
 * io.igw.spi.Cycle}, its {@link io.igw.spi.Candidates}, every view and every array belong to the
 * call; {@link io.igw.spi.RequestState} belongs to one request, one thread at a time.
 *
 * <p><b>Absence.</b> Null only where annotated. An absent number is NaN in a signal column and 0 in
 * {@link io.igw.spi.PerEndpoint} values.
 *
 * <p><b>Life.</b> A plugin is created (no thread, no network), used, and closed after the last
 * request that saw it has ended.
 *
 * <p><b>Errors.</b> A filter that throws keeps its input, a scorer that throws adds 0, a picker
 * that throws falls back to the best score, a screener and an admitter that throw change nothing;
 * each is counted with the plugin's name. Parameters collect their errors; keys that no one read
 * are unknown keys.
 *
 * <p><b>Order of one request.</b> Request header processors, asynchronous producers; then in one
 * cycle on one snapshot: screeners, saturation check of sheddable requests, data producers,
 * admitters; per profile: filters, scorers, picker; then {@code merge} of the profile handler, the
 * reservation, and the pick listeners.
 */
@NullMarked
package io.igw.spi;

import org.jspecify.annotations.NullMarked;

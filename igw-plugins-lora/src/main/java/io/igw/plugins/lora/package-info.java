/**
 * Prefers endpoints that already serve, or can load, the requested adapter.
 *
 * <h2>{@code lora-affinity-scorer}</h2>
 *
 * <b>Inputs.</b> The request's target model; the adapters that each endpoint reports as running and
 * waiting, and its number of adapter slots. <b>Parameters.</b> {@code baseModels}, igw's own: the
 * names of base models; empty by default.
 *
 * <table>
 * <caption>Score of an endpoint, first row that applies (plugins-scheduling.md 3.1 and 8)</caption>
 * <tr><th>case</th><th>score</th></tr>
 * <tr><td>the target model is the base model (see below), or the request names none</td>
 * <td>0.5</td></tr>
 * <tr><td>the endpoint reports nothing about adapters, or no slots</td><td>0.5</td></tr>
 * <tr><td>the adapter runs there</td><td>1.0</td></tr>
 * <tr><td>running and waiting adapters are fewer than slots, and it waits there</td>
 * <td>0.8</td></tr>
 * <tr><td>running and waiting adapters are fewer than slots</td>
 * <td>0.7 + 0.1 × free slots / most free slots of an endpoint</td></tr>
 * <tr><td>the adapter waits there</td><td>0.6</td></tr>
 * <tr><td>else: all slots are taken by others</td><td>0.0</td></tr>
 * </table>
 *
 * <p><b>Base model or adapter.</b> No metric of an engine names its base model, and engines list
 * only the adapters that run or wait at the moment. A name counts as an adapter from the first time
 * any endpoint has reported it as one, and goes on doing so while it is idle; a name that was never
 * reported is taken for the base model and is neutral everywhere. A brand-new adapter is therefore
 * placed by the other scorers until the first endpoint reports it, one scrape later; where {@code
 * baseModels} are named, every other name is an adapter from its first request on. What was seen
 * survives a reload; at most 4096 names are kept.
 *
 * <p><b>For metrics.</b> {@link io.igw.plugins.lora.LoraAffinityScorer#adapterHits()} and {@link
 * io.igw.plugins.lora.LoraAffinityScorer#adapterMisses()}: requests for an adapter that went where
 * it was, or was not, running.
 *
 * <pre>{@code
 * plugins:
 * - type: lora-affinity-scorer
 * schedulingProfiles:
 * - name: default
 *   plugins:
 *   - {pluginRef: lora-affinity-scorer, weight: 1}
 * }</pre>
 */
@NullMarked
package io.igw.plugins.lora;

import org.jspecify.annotations.NullMarked;

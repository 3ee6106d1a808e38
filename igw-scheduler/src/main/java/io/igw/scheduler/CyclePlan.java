package io.igw.scheduler;

import io.igw.api.Derived;
import io.igw.spi.Admitter;
import io.igw.spi.DataProducer;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Screener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every cycle of a scheduler does; immutable.
 *
 * @param profiles in configuration order
 * @param profileNames their names
 * @param handler chooses among them
 * @param merger the same plugin, when it merges what they gave
 * @param producers in the order in which they run
 * @param listeners in the order in which they hear
 * @param screeners in the order in which they narrow
 * @param admitters in the order in which they are asked
 * @param slowStart holds newcomers back; null: they are like all others
 * @param detector for admission of sheddable requests, null: all are admitted
 * @param slowWatch finds plugins that take long
 * @param samples whether plugins are timed in some cycles, to be shown
 * @param reservedTokens what a pick reserves, null: the prompt's estimate
 * @param leastPicks endpoints that a decision names at least, while there are so many candidates
 * @param keepScores whether decisions tell the scores of all candidates
 * @param cacheHits blocks of the prompt that an endpoint holds; null: nothing tells
 * @param perEndpointKeys keys that producers may write; more are added as they come
 * @param bySnapshot what this scheduler derives from a snapshot
 */
record CyclePlan(
    List<Profile> profiles,
    List<String> profileNames,
    Stage<ProfileHandler> handler,
    Stage<ProfileHandler> merger,
    List<Stage<DataProducer>> producers,
    List<Stage<PickListener>> listeners,
    List<Stage<Screener>> screeners,
    List<Stage<Admitter>> admitters,
    @Nullable SlowStart slowStart,
    @Nullable Stage<SaturationDetector> detector,
    SlowWatch slowWatch,
    boolean samples,
    @Nullable PerEndpoint reservedTokens,
    int leastPicks,
    boolean keepScores,
    @Nullable PerEndpoint cacheHits,
    int perEndpointKeys,
    Derived<SnapshotPlan> bySnapshot) {}

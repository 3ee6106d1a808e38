package io.igw.scheduler;

import io.igw.api.Derived;
import io.igw.spi.DataProducer;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.ProfileHandler;
import io.igw.spi.SaturationDetector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every cycle of a scheduler does; immutable.
 *
 * @param profiles in configuration order
 * @param profileNames their names
 * @param handler chooses among them
 * @param producers in the order in which they run
 * @param listeners in the order in which they hear
 * @param detector for admission of sheddable requests, null: all are admitted
 * @param reservedTokens what a pick reserves, null: the prompt's estimate
 * @param perEndpointKeys keys that producers may write; more are added as they come
 * @param bySnapshot what this scheduler derives from a snapshot
 */
record CyclePlan(
    List<Profile> profiles,
    List<String> profileNames,
    Stage<ProfileHandler> handler,
    List<Stage<DataProducer>> producers,
    List<Stage<PickListener>> listeners,
    @Nullable Stage<SaturationDetector> detector,
    @Nullable PerEndpoint reservedTokens,
    int perEndpointKeys,
    Derived<SnapshotPlan> bySnapshot) {}

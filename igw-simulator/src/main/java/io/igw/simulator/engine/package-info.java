/**
 * A model of an inference engine as a pure state machine: no thread, no clock, no randomness.
 *
 * <p><b>Data.</b> An {@link io.igw.simulator.engine.EngineModel} owns its waiting queue, its
 * running jobs and its {@link io.igw.simulator.engine.BlockCache}; a {@link
 * io.igw.simulator.engine.Job} belongs to the engine that it was submitted to. Whoever drives the
 * model says what time it is.
 *
 * <p><b>What is modelled.</b> Continuous batching in steps: a step has a budget of tokens; running
 * jobs come first, then waiting ones in order of arrival; a prompt that does not fit the budget is
 * computed in chunks. Prompt blocks that are cached are not computed. KV blocks are taken as tokens
 * are computed; when none is left, the job that was admitted last is preempted and computed again
 * later. The time of a step follows from its tokens and their context ({@link
 * io.igw.simulator.engine.EngineParameters}).
 */
@NullMarked
package io.igw.simulator.engine;

import org.jspecify.annotations.NullMarked;

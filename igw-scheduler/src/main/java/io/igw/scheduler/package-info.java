/**
 * The lock-free core: one writer publishes endpoint snapshots, cycles decide on one of them and
 * reserve what they pick.
 */
@NullMarked
package io.igw.scheduler;

import org.jspecify.annotations.NullMarked;

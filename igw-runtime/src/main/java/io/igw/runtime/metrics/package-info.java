/**
 * Polls the metrics page of every endpoint and reads the engine's load, KV cache and adapters from
 * it.
 */
@NullMarked
package io.igw.runtime.metrics;

import org.jspecify.annotations.NullMarked;

package io.igw.testkit;

import io.igw.api.Signal;
import io.igw.spi.Plugin;
import java.util.random.RandomGenerator;

/**
 * A plugin for {@link Contracts#ofRoles} and what it needs to act; the methods mean what those of
 * the same name in the contracts do.
 */
public interface Subject {
  /** The plugin; called once per test, before or after {@link #prepare}. */
  Plugin plugin();

  /** Adds to a cycle what the plugin reads; any thread. */
  default void prepare(TestCycle cycle, RandomGenerator random) {}

  /** See {@link Contract#signals}. */
  default Signal[] signals() {
    return new Signal[0];
  }

  /** See {@link Contract#reliesOnEndpointOrder}. */
  default boolean reliesOnEndpointOrder() {
    return false;
  }

  /** See {@link ScorerContract#ranksTiesByPlace}. */
  default boolean ranksTiesByPlace() {
    return false;
  }

  /** See {@link FilterContract#allocatesPerEndpoint}. */
  default boolean allocatesPerEndpoint() {
    return false;
  }

  /** See {@link ProducerContract#onlyDeclares}. */
  default boolean onlyDeclares() {
    return false;
  }
}

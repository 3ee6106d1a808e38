package io.igw.extproc.testing;

import io.igw.api.Endpoint;
import io.igw.extproc.metrics.Exposition;
import io.igw.scheduler.PluginMeters;
import java.util.List;

/**
 * A picker's load that stays as it is.
 *
 * @param requestsEach reserved on every endpoint
 * @param tokensEach reserved on every endpoint
 */
public record SteadyLoad(
    int openLeases,
    double requestsEach,
    double tokensEach,
    long heldBodyBytes,
    int waitingBodies,
    List<PluginMeters.Family> pluginMeters)
    implements Exposition.LiveLoad {
  /** Nothing at all. */
  public static final SteadyLoad NONE = new SteadyLoad(0, 0, 0, 0, 0, List.of());

  @Override
  public double requests(Endpoint endpoint) {
    return requestsEach;
  }

  @Override
  public double tokens(Endpoint endpoint) {
    return tokensEach;
  }
}

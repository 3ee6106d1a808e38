package io.igw.runtime;

import io.igw.api.EndpointPicker;
import io.igw.api.InferenceRequest;
import io.igw.spi.RequestState;
import java.util.concurrent.Executor;

/** Picks for embedders who parse themselves, with everything that plugins do before a cycle. */
final class KeyedPicker implements EndpointPicker {
  private final ExchangeWiring wiring;

  KeyedPicker(ExchangeWiring wiring) {
    this.wiring = wiring;
  }

  @Override
  public Pending pick(InferenceRequest request, Executor loop, Listener listener) {
    RequestState state = RequestSlots.of(wiring.requestKeys());
    wiring.headerProcessors().run(request, state);
    return wiring
        .asyncProducers()
        .run(
            request,
            state,
            wiring.snapshot(),
            loop,
            () -> listener.onOutcome(wiring.scheduler().schedule(request, state)));
  }

  @Override
  public void close() {
    wiring.scheduler().close();
  }
}

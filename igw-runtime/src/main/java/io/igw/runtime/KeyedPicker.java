package io.igw.runtime;

import io.igw.api.EndpointPicker;
import io.igw.api.InferenceRequest;
import io.igw.spi.CandidateHint;
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
    CandidateHint hint =
        wiring.asyncProducers().wait(state) ? wiring.scheduler().screen(request, state) : null;
    return wiring
        .asyncProducers()
        .run(
            request,
            state,
            hint,
            loop,
            () -> listener.onOutcome(wiring.scheduler().schedule(request, state, hint)));
  }

  @Override
  public void close() {
    wiring.scheduler().close();
  }
}

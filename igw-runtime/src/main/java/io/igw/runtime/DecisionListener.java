package io.igw.runtime;

import io.igw.api.InferenceRequest;
import io.igw.api.Outcome;
import io.igw.scheduler.Evaluation;

/** Hears why a request goes where it goes. Called on the request's event loop; must not block. */
@FunctionalInterface
public interface DecisionListener {
  /** The evaluation was made just before the pick, on the same snapshot or the one before it. */
  void decided(String requestId, InferenceRequest request, Evaluation evaluation, Outcome outcome);
}

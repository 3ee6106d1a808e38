package com.example.igw;

import io.igw.spi.Scorer;
import io.igw.spi.SimpleProvider;

/** {@code prefer-named-scorer}: prefers the endpoint that a request header names. */
public final class PreferNamed extends SimpleProvider {
  public PreferNamed() {
    super(
        "prefer-named-scorer",
        Stability.BETA,
        "prefers the endpoint that a header names",
        (p, c) -> {
          String header = p.text("header", "x-prefer");
          return Scorer.of((request, endpoint) ->
              endpoint.endpoint().id().name().equals(request.header(header)) ? 1 : 0);
        });
  }
}

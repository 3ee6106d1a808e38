package io.igw.simulator.demo;

import io.igw.scheduler.EndpointSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The latest decisions in words, with names instead of addresses. Thread-safe. */
final class Reasons {
  private static final int KEPT = 3;

  private final List<EndpointSpec> endpoints;
  private final Deque<String> latest = new ArrayDeque<>();
  private long decisions;

  Reasons(List<EndpointSpec> endpoints) {
    this.endpoints = endpoints;
  }

  void decided(String line) {
    synchronized (latest) {
      decisions++;
      latest.addLast("decision " + decisions + ": " + line);
      if (latest.size() > KEPT) {
        latest.removeFirst();
      }
    }
  }

  /** Forgets what was decided so far. */
  void clear() {
    synchronized (latest) {
      decisions = 0;
      latest.clear();
    }
  }

  /** The latest decisions since the last call. */
  List<String> next() {
    List<String> lines;
    synchronized (latest) {
      lines = new ArrayList<>(latest);
      latest.clear();
    }
    lines.replaceAll(this::named);
    return lines;
  }

  private String named(String line) {
    // Without scorers there is nothing to tell but the place.
    int nothing = line.indexOf(" total=0.000 ()");
    String named = nothing < 0 ? line : line.substring(0, nothing) + " at random";
    for (EndpointSpec endpoint : endpoints) {
      named = named.replace(endpoint.host() + ":" + endpoint.port(), endpoint.id().name());
    }
    return named;
  }
}

package io.igw.testkit;

import io.igw.api.Endpoint;
import io.igw.api.Rejection;
import io.igw.spi.Candidates;
import io.igw.spi.ProfileResults;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pick listener is told of a {@link TestCycle}: its only profile has picked one endpoint.
 */
final class TestResults implements ProfileResults {
  private final TestCycle cycle;
  private final int ordinal;
  private final Map<String, String> headers = new HashMap<>();

  TestResults(TestCycle cycle, int ordinal) {
    this.cycle = cycle;
    this.ordinal = ordinal;
  }

  Map<String, String> headers() {
    return headers;
  }

  @Override
  public List<String> profiles() {
    return List.of(cycle.profile());
  }

  @Override
  public boolean ran(String profile) {
    return profile.equals(cycle.profile());
  }

  @Override
  public boolean failed(String profile) {
    return false;
  }

  @Override
  public Candidates candidates(String profile) {
    return cycle.candidates();
  }

  @Override
  public double total(String profile, int position) {
    return 0;
  }

  @Override
  public int pickedCount(String profile) {
    return 1;
  }

  @Override
  public Endpoint picked(String profile, int k) {
    return cycle.snapshot().endpoint(ordinal);
  }

  @Override
  public void repick(String profile, int position) {
    throw new IllegalStateException("picks are reserved already");
  }

  @Override
  public void destinationPort(int port) {}

  @Override
  public void reject(Rejection rejection) {
    throw new IllegalStateException("picks are reserved already");
  }

  @Override
  public void header(String name, String value) {
    headers.put(name, value);
  }
}

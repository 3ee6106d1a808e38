package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.spi.Candidates;
import io.igw.spi.ProfileResults;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The profile runs of the cycle at hand. Reused; one thread. */
final class CycleResults implements ProfileResults {
  private final CycleWorkspace cycle;
  private final List<String> names;
  private final ProfileRun[] runs;
  private Map<String, String> headers = Map.of();

  CycleResults(CycleWorkspace cycle, List<Profile> profiles) {
    this.cycle = cycle;
    this.names = profiles.stream().map(Profile::name).toList();
    this.runs = profiles.stream().map(ProfileRun::new).toArray(ProfileRun[]::new);
  }

  void reset() {
    for (ProfileRun run : runs) {
      run.reset();
    }
    if (!headers.isEmpty()) {
      headers = Map.of();
    }
  }

  ProfileRun[] runs() {
    return runs;
  }

  /** Headers set in this cycle; the map is not changed afterwards. */
  Map<String, String> headers() {
    return headers;
  }

  ProfileRun run(String profile) {
    for (ProfileRun run : runs) {
      if (run.profile.name().equals(profile)) {
        return run;
      }
    }
    throw new IllegalArgumentException("profile: " + profile + " (expected: one of " + names + ")");
  }

  @Override
  public List<String> profiles() {
    return names;
  }

  @Override
  public boolean ran(String profile) {
    for (ProfileRun run : runs) {
      if (run.profile.name().equals(profile)) {
        return run.ran;
      }
    }
    return false;
  }

  @Override
  public boolean failed(String profile) {
    return run(profile).failed();
  }

  @Override
  public Candidates candidates(String profile) {
    return run(profile).candidates;
  }

  @Override
  public double total(String profile, int position) {
    ProfileRun run = run(profile);
    return run.totals[Objects.checkIndex(position, run.candidates.size())];
  }

  @Override
  public int pickedCount(String profile) {
    return run(profile).pickedCount;
  }

  @Override
  public Endpoint picked(String profile, int k) {
    ProfileRun run = run(profile);
    int position = run.picked[Objects.checkIndex(k, run.pickedCount)];
    return cycle.snapshot().endpoint(run.candidates.ordinal(position));
  }

  @Override
  public void repick(String profile, int position) {
    ProfileRun run = run(profile);
    run.picked[0] = Objects.checkIndex(position, run.candidates.size());
    run.pickedCount = Math.max(1, run.pickedCount);
  }

  @Override
  public void header(String name, String value) {
    if (headers.isEmpty()) {
      headers = new LinkedHashMap<>();
    }
    headers.put(name, value);
  }
}

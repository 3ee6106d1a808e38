package io.igw.scheduler.admission;

import io.igw.api.EndpointSnapshot;
import io.igw.spi.Candidates;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** How much of the traffic each revision of a roll-out gets in one snapshot. Immutable. */
final class RolloutShares {
  /** No revision was drawn: every one that has a share is allowed. */
  static final int ANY = -1;

  private static final int NONE = -1;

  /** How a revision is weighed. */
  enum Mode {
    /** By its endpoints of all required roles. */
    SUM,
    /** By its endpoints of the role that has most of them. */
    MAX_ROLE
  }

  /** What counts as a revision, and when it is complete. */
  record Rules(
      Predicate<Map<String, String>> scope,
      String revisionLabel,
      String roleLabel,
      List<String> required,
      Mode mode) {}

  /** By ordinal; the number of the revision in name order, {@link #NONE} for others. */
  private final int[] revisions;

  private final double[] shares;
  private final Map<String, Double> byName;

  private RolloutShares(int[] revisions, List<String> names, double[] shares) {
    this.revisions = revisions;
    this.shares = shares;
    double sum = Arrays.stream(shares).sum();
    Map<String, Double> named = new LinkedHashMap<>();
    for (int r = 0; r < shares.length; r++) {
      named.put(names.get(r), sum == 0 ? 0 : shares[r] / sum);
    }
    byName = Collections.unmodifiableMap(named);
  }

  static RolloutShares of(EndpointSnapshot snapshot, Rules rules) {
    TreeMap<String, int[]> counts = new TreeMap<>();
    String[] names = new String[snapshot.size()];
    for (int i = 0; i < snapshot.size(); i++) {
      Map<String, String> labels = snapshot.endpoint(i).labels();
      String revision = labels.get(rules.revisionLabel());
      int role = rules.required().indexOf(labels.get(rules.roleLabel()));
      if (revision != null && labels.containsKey(rules.roleLabel()) && rules.scope().test(labels)) {
        names[i] = revision;
        int[] roles = counts.computeIfAbsent(revision, r -> new int[rules.required().size()]);
        if (role >= 0) {
          roles[role]++;
        }
      }
    }
    List<String> order = List.copyOf(counts.keySet());
    int[] revisions = new int[names.length];
    for (int i = 0; i < names.length; i++) {
      revisions[i] = names[i] == null ? NONE : order.indexOf(names[i]);
    }
    return new RolloutShares(revisions, order, weights(List.copyOf(counts.values()), rules.mode()));
  }

  private static double[] weights(List<int[]> counts, Mode mode) {
    List<int[]> covered = counts.stream().filter(RolloutShares::covered).toList();
    int dominant = 0;
    int most = 0;
    for (int role = 0; !covered.isEmpty() && role < covered.get(0).length; role++) {
      int which = role;
      int total = covered.stream().mapToInt(roles -> roles[which]).sum();
      if (total > most) {
        most = total;
        dominant = role;
      }
    }
    double[] weights = new double[counts.size()];
    for (int r = 0; r < weights.length; r++) {
      int[] roles = counts.get(r);
      if (covered(roles)) {
        weights[r] = mode == Mode.SUM ? Arrays.stream(roles).sum() : roles[dominant];
      }
    }
    return weights;
  }

  private static boolean covered(int[] roles) {
    return Arrays.stream(roles).allMatch(count -> count > 0);
  }

  /** Whether any revision has a share. */
  boolean any() {
    return Arrays.stream(shares).anyMatch(share -> share > 0);
  }

  /** Each revision's part of the traffic, by name; 0 for one that is not complete. */
  Map<String, Double> byName() {
    return byName;
  }

  /** A revision among those of the candidates, by share; {@link #ANY} if none has one. */
  int draw(Candidates candidates, RandomGenerator random) {
    boolean[] there = new boolean[shares.length];
    for (int i = 0; i < candidates.size(); i++) {
      int revision = revisions[candidates.ordinal(i)];
      if (revision != NONE) {
        there[revision] = true;
      }
    }
    double sum = 0;
    for (int r = 0; r < there.length; r++) {
      sum += there[r] ? shares[r] : 0;
    }
    double left = random.nextDouble() * sum;
    int last = ANY;
    for (int r = 0; r < there.length; r++) {
      if (there[r] && shares[r] > 0) {
        last = r;
        left -= shares[r];
        if (left < 0) {
          return r;
        }
      }
    }
    return last;
  }

  /** Whether an endpoint may serve, if a revision was drawn. */
  boolean allows(int ordinal, int drawn) {
    int revision = revisions[ordinal];
    return revision != NONE && shares[revision] > 0 && (drawn == ANY || drawn == revision);
  }
}

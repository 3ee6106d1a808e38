package io.igw.plugins.prefix;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Prompt;
import io.igw.api.Signal;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the producer needs of a snapshot, computed once per snapshot.
 *
 * @param blockTokens block size of the pool
 * @param slots slot by ordinal
 * @param generations generation by ordinal
 */
record PoolView(int blockTokens, int[] slots, int[] generations) {
  /** Larger block sizes are taken for garbage. */
  static final int MAX_BLOCK_TOKENS = 65_536;

  static PoolView of(EndpointSnapshot snapshot, boolean autoTune, int defaultBlockTokens) {
    int[] slots = new int[snapshot.size()];
    int[] generations = new int[snapshot.size()];
    for (int ordinal = 0; ordinal < slots.length; ordinal++) {
      Endpoint endpoint = snapshot.endpoint(ordinal);
      slots[ordinal] = endpoint.slot();
      generations[ordinal] = endpoint.generation();
    }
    int reported = autoTune ? reported(snapshot.column(Signal.CACHE_BLOCK_SIZE)) : 0;
    return new PoolView(
        reported > 0 ? reported : effective(defaultBlockTokens), slots, generations);
  }

  /** Effective size: at least 64, a multiple of 64. */
  static int effective(int tokens) {
    int base = Prompt.BASE_BLOCK_TOKENS;
    return Math.max(base, (tokens + base - 1) / base * base);
  }

  /**
   * The effective size that most endpoints report, the larger of two that are equally common; 0 if
   * none reports any.
   */
  private static int reported(double[] column) {
    Map<Integer, Integer> votes = new TreeMap<>();
    for (double value : column) {
      if (value >= 1 && value <= MAX_BLOCK_TOKENS) {
        votes.merge(effective((int) value), 1, Integer::sum);
      }
    }
    int best = 0;
    int most = 0;
    for (Map.Entry<Integer, Integer> vote : votes.entrySet()) {
      if (vote.getValue() >= most) {
        best = vote.getKey();
        most = vote.getValue();
      }
    }
    return best;
  }
}

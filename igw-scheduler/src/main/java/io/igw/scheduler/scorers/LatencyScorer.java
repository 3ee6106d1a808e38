package io.igw.scheduler.scorers;

import io.igw.api.Signal;
import io.igw.scheduler.plugins.LatencyPrediction;
import io.igw.scheduler.plugins.PrefixMatch;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;

/**
 * Scores by predicted latency against the request's objectives, or by KV cache, queue and prefix
 * where there is no prediction (plugins-scheduling.md 3.11); a number that is absent then counts as
 * the mean of the others. Type {@code latency-scorer}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> About 7 ns for each endpoint, three times what other
 * scorers take: the range of two headrooms must be known before the first score is, and a score is
 * two divisions, whose results are cut to hundredths and thus must be exact. No allocation, and no
 * branch on the sign of a headroom, which no processor foresees.
 */
final class LatencyScorer implements Scorer {
  private static final double LEAST_RANGE = 1e-9;
  private static final double NOTHING_KNOWN = 0.5;

  /** The best kind of endpoints; in the others, two bits say which headroom is negative. */
  private static final int POSITIVE = 0;

  private static final int TPOT_NEGATIVE = 1;
  private static final int TTFT_NEGATIVE = 2;

  /** The number 1, with which an endpoint of the kind that is scored is marked. */
  private static final long SCORED = Double.doubleToRawLongBits(1);

  private static final int BEST_GRADE = 101;

  /** Scores by hundredths counted from 1. */
  private static final double[] SCORES = new double[BEST_GRADE + 1];

  static {
    for (int grade = 0; grade <= BEST_GRADE; grade++) {
      SCORES[grade] = Math.min(1, grade / 100.0);
    }
  }

  private final LatencyPrediction prediction;
  private final PrefixMatch match;
  private final double ttftWeight;
  private final double tpotWeight;
  private final boolean most;
  private final double kvWeight;
  private final double queueWeight;
  private final double prefixWeight;

  private LatencyScorer(
      LatencyPrediction prediction,
      PrefixMatch match,
      double ttftWeight,
      double tpotWeight,
      boolean most,
      double kvWeight,
      double queueWeight,
      double prefixWeight) {
    this.prediction = prediction;
    this.match = match;
    double sum = ttftWeight + tpotWeight;
    this.ttftWeight = sum > 0 ? ttftWeight / sum : 1;
    this.tpotWeight = sum > 0 ? tpotWeight / sum : 0;
    this.most = most;
    this.kvWeight = kvWeight;
    this.queueWeight = queueWeight;
    this.prefixWeight = prefixWeight;
  }

  static Scorer of(Parameters parameters, PluginContext context) {
    String strategy = parameters.oneOf("headroomSelectionStrategy", "least", "least", "most");
    String latency = parameters.text("latencyPredictionInfoProducerName", "");
    String prefix = parameters.text("prefixMatchInfoProducerName", "");
    return new LatencyScorer(
        LatencyPrediction.consumed(context, latency, false),
        PrefixMatch.consumed(context, prefix, false),
        weight(parameters, "ttftWeight", 0.8),
        weight(parameters, "tpotWeight", 0.2),
        strategy.equals("most"),
        weight(parameters, "compositeKVWeight", 1),
        weight(parameters, "compositeQueueWeight", 1),
        weight(parameters, "compositePrefixWeight", 1));
  }

  private static double weight(Parameters parameters, String key, double defaultValue) {
    return parameters.number(key, defaultValue, -1e6, 1e6);
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    int size = candidates.size();
    double[] present = cycle.values(prediction.present());
    if (!anyPresent(present, size)) {
      composite(cycle, size, scores);
      return;
    }
    double[] ttft = cycle.values(prediction.ttftHeadroom());
    double[] tpot = cycle.values(prediction.tpotHeadroom());
    double[] sent = cycle.values(prediction.dispatched());
    int kind = best(present, ttft, tpot, size);
    boolean idle = kind != POSITIVE && anyIdle(sent, size);
    long ttftSign = -(kind >> 1);
    long tpotSign = -(kind & 1);
    // Numbers that are not negative compare as their bits do.
    long ttftLow = Long.MAX_VALUE;
    long ttftHigh = -1;
    long tpotLow = Long.MAX_VALUE;
    long tpotHigh = -1;
    for (int i = 0; i < size; i++) {
      long first = bits(ttft[i]);
      long others = bits(tpot[i]);
      long known = present[i] > 0 ? -1 : 0;
      // All ones for an endpoint that is not scored, else 0.
      long out =
          idle
              ? (sent[i] == 0 ? 0 : -1)
              : ((first & known) >> 63 ^ ttftSign) | ((others & known) >> 63 ^ tpotSign);
      scores[i] = Double.longBitsToDouble(~out & SCORED);
      first &= Long.MAX_VALUE;
      others &= Long.MAX_VALUE;
      ttftLow = Math.min(ttftLow, first | out >>> 1);
      ttftHigh = Math.max(ttftHigh, first | out);
      tpotLow = Math.min(tpotLow, others | out >>> 1);
      tpotHigh = Math.max(tpotHigh, others | out);
    }
    double firstLow = Double.longBitsToDouble(ttftLow);
    double othersLow = Double.longBitsToDouble(tpotLow);
    double firstRange = Double.longBitsToDouble(ttftHigh) - firstLow;
    double othersRange = Double.longBitsToDouble(tpotHigh) - othersLow;
    boolean mostHeadroom = most && kind == POSITIVE;
    boolean byTtft = firstRange > LEAST_RANGE;
    boolean byTpot = othersRange > LEAST_RANGE;
    double a = byTtft == byTpot ? ttftWeight : byTtft ? 1 : 0;
    double b = byTtft == byTpot ? tpotWeight : byTpot ? 1 : 0;
    for (int i = 0; i < size; i++) {
      double first = byTtft ? (Math.abs(ttft[i]) - firstLow) / firstRange : 0.5;
      double others = byTpot ? (Math.abs(tpot[i]) - othersLow) / othersRange : 0.5;
      double combined = a * first + b * others;
      double share = mostHeadroom ? combined : 1 - combined;
      scores[i] *= SCORES[Math.max(0, Math.min(BEST_GRADE, (int) (share * 100) + 1))];
    }
  }

  /** With the sign of what is below zero only. */
  private static long bits(double headroom) {
    return Double.doubleToRawLongBits(headroom + 0.0);
  }

  private static boolean anyPresent(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      if (values[i] > 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyIdle(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      if (values[i] == 0) {
        return true;
      }
    }
    return false;
  }

  /** The best kind of any candidate. */
  private static int best(double[] present, double[] ttft, double[] tpot, int size) {
    int best = TTFT_NEGATIVE + TPOT_NEGATIVE;
    for (int i = 0; i < size && best != POSITIVE; i++) {
      best = Math.min(best, kind(present[i], ttft[i], tpot[i]));
    }
    return best;
  }

  private static int kind(double present, double ttft, double tpot) {
    if (!(present > 0)) {
      return POSITIVE;
    }
    return (ttft < 0 ? TTFT_NEGATIVE : 0) + (tpot < 0 ? TPOT_NEGATIVE : 0);
  }

  private void composite(Cycle cycle, int size, double[] scores) {
    double[] kv = cycle.column(Signal.KV_CACHE_USAGE);
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double[] matched = match.matched(cycle);
    double[] total = match.total(cycle);
    double longest = 0;
    for (int i = 0; i < size; i++) {
      longest = waiting[i] > longest ? waiting[i] : longest;
    }
    double meanFree = meanFree(kv, size);
    double meanQueue = meanQueue(waiting, size, longest);
    double sum = kvWeight + queueWeight + prefixWeight;
    for (int i = 0; i < size; i++) {
      double free = kv[i] >= 0 ? free(kv[i]) : meanFree;
      double queue = waiting[i] >= 0 ? queue(waiting[i], longest) : meanQueue;
      double held = PrefixMatch.ratio(matched[i], total[i]);
      double c =
          sum > 0 ? (kvWeight * free + queueWeight * queue + prefixWeight * held) / sum : free;
      scores[i] = Math.max(0, Math.min(1, Math.round(100 * c) / 100.0));
    }
  }

  private static double free(double kv) {
    return Math.max(0, 1 - kv);
  }

  private static double queue(double waiting, double longest) {
    return longest == 0 ? 1 : (longest - waiting) / longest;
  }

  /** What an endpoint gets whose usage is absent: the mean of the others. */
  private static double meanFree(double[] kv, int size) {
    double sum = 0;
    int known = 0;
    for (int i = 0; i < size; i++) {
      if (kv[i] >= 0) {
        sum += free(kv[i]);
        known++;
      }
    }
    return known == 0 ? NOTHING_KNOWN : sum / known;
  }

  /** The same for the queue. */
  private static double meanQueue(double[] waiting, int size, double longest) {
    double sum = 0;
    int known = 0;
    for (int i = 0; i < size; i++) {
      if (waiting[i] >= 0) {
        sum += queue(waiting[i], longest);
        known++;
      }
    }
    return known == 0 ? NOTHING_KNOWN : sum / known;
  }
}

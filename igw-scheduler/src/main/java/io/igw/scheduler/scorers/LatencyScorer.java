package io.igw.scheduler.scorers;

import io.igw.api.Signal;
import io.igw.scheduler.plugins.LatencyPrediction;
import io.igw.scheduler.plugins.PrefixMatch;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;
import java.util.Arrays;

/**
 * Scores by predicted latency against the request's objectives, or by KV cache, queue and prefix
 * where there is no prediction (plugins-scheduling.md 3.11); a number that is absent then counts as
 * the mean of the others. Type {@code latency-scorer}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> About 10 ns for each endpoint where predictions
 * differ in sign, twice what other scorers take: three passes over four columns, and which bucket
 * an endpoint is in is a branch that no processor foresees. No allocation.
 */
final class LatencyScorer implements Scorer {
  private static final double LEAST_RANGE = 1e-9;
  private static final double NOTHING_KNOWN = 0.5;

  /** Which of the candidates are scored. */
  private enum Bucket {
    POSITIVE,
    IDLE,
    TPOT_ONLY_NEGATIVE,
    TTFT_ONLY_NEGATIVE,
    BOTH_NEGATIVE
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
    double[] ttft = cycle.values(prediction.ttftHeadroom());
    double[] tpot = cycle.values(prediction.tpotHeadroom());
    double[] dispatched = cycle.values(prediction.dispatched());
    boolean any = false;
    int found = BUCKETS.length;
    for (int i = 0; i < size; i++) {
      any |= present[i] > 0;
      found = Math.min(found, bucket(present[i], ttft[i], tpot[i], dispatched[i]).ordinal());
    }
    if (!any) {
      composite(cycle, size, scores);
      return;
    }
    Arrays.fill(scores, 0, size, 0);
    Bucket bucket = BUCKETS[found];
    double ttftLow = Double.POSITIVE_INFINITY;
    double ttftHigh = Double.NEGATIVE_INFINITY;
    double tpotLow = Double.POSITIVE_INFINITY;
    double tpotHigh = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      if (in(bucket, present[i], ttft[i], tpot[i], dispatched[i])) {
        ttftLow = Math.min(ttftLow, Math.abs(ttft[i]));
        ttftHigh = Math.max(ttftHigh, Math.abs(ttft[i]));
        tpotLow = Math.min(tpotLow, Math.abs(tpot[i]));
        tpotHigh = Math.max(tpotHigh, Math.abs(tpot[i]));
      }
    }
    boolean byTtft = ttftHigh - ttftLow > LEAST_RANGE;
    boolean byTpot = tpotHigh - tpotLow > LEAST_RANGE;
    double a = byTtft == byTpot ? ttftWeight : byTtft ? 1 : 0;
    double b = byTtft == byTpot ? tpotWeight : byTpot ? 1 : 0;
    boolean mostHeadroom = most && bucket == Bucket.POSITIVE;
    for (int i = 0; i < size; i++) {
      if (in(bucket, present[i], ttft[i], tpot[i], dispatched[i])) {
        double first = byTtft ? (Math.abs(ttft[i]) - ttftLow) / (ttftHigh - ttftLow) : 0.5;
        double others = byTpot ? (Math.abs(tpot[i]) - tpotLow) / (tpotHigh - tpotLow) : 0.5;
        double combined = a * first + b * others;
        double share = mostHeadroom ? combined : 1 - combined;
        scores[i] = Math.max(0, Math.min(1, ((int) (share * 100) + 1) / 100.0));
      }
    }
  }

  private static final Bucket[] BUCKETS = Bucket.values();

  /** The best bucket that an endpoint is in; of the idle ones only if it is not positive. */
  private static Bucket bucket(double present, double ttft, double tpot, double dispatched) {
    if (!(present > 0) || ttft >= 0 && tpot >= 0) {
      return Bucket.POSITIVE;
    }
    return dispatched == 0 ? Bucket.IDLE : tier(ttft, tpot);
  }

  private static Bucket tier(double ttft, double tpot) {
    if (ttft >= 0) {
      return Bucket.TPOT_ONLY_NEGATIVE;
    }
    return tpot >= 0 ? Bucket.TTFT_ONLY_NEGATIVE : Bucket.BOTH_NEGATIVE;
  }

  private static boolean in(
      Bucket bucket, double present, double ttft, double tpot, double dispatched) {
    return bucket(present, ttft, tpot, dispatched) == bucket;
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

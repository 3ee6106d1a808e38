package io.igw.scheduler.scorers;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;
import io.igw.spi.Scorer;

/**
 * Scores the share of a request's images and other media whose embeddings an endpoint holds, by
 * size (plugins-scheduling.md 3.7). Type {@code mm-embeddings-cache-scorer}.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> One pass over two columns.
 */
final class MmEmbeddingsCacheScorer implements Scorer {
  static final String PRODUCER = "mm-embeddings-cache-producer";
  static final String MATCHED = "MultiModalEncoderCacheMatchInfo.matchedSize";
  static final String TOTAL = "MultiModalEncoderCacheMatchInfo.totalSize";

  private final PerEndpoint matched;
  private final PerEndpoint total;

  private MmEmbeddingsCacheScorer(PerEndpoint matched, PerEndpoint total) {
    this.matched = matched;
    this.total = total;
  }

  static Scorer of(Parameters parameters, PluginContext context) {
    String named = parameters.text("producerName", "");
    String producer = named.isEmpty() ? PRODUCER : named;
    return new MmEmbeddingsCacheScorer(
        context.consumes(MATCHED, producer, true), context.consumes(TOTAL, producer, true));
  }

  @Override
  public void score(Cycle cycle, Candidates candidates, double[] scores) {
    double[] held = cycle.values(matched);
    double[] all = cycle.values(total);
    for (int i = 0, size = candidates.size(); i < size; i++) {
      scores[i] = held[i] > 0 && all[i] > 0 ? Math.min(1, held[i] / all[i]) : 0;
    }
  }
}

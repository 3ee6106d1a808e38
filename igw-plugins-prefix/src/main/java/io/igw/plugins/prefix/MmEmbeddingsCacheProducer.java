package io.igw.plugins.prefix;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Prompt;
import io.igw.api.Prompt.Modality;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Meters;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.PluginContext;
import io.igw.spi.ProfileResults;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/**
 * {@code mm-embeddings-cache-producer}: tells for each endpoint how much of a request's images and
 * videos, by tokens, was sent there before (plugins-request-control.md 3.3).
 *
 * <p>Each endpoint that was picked, runners-up included, has a table of the items that it saw
 * lately, as large as its cache is said to be: {@code cacheSizeInMBPerServer / 2} items of 2 MB.
 *
 * <p><b>Threading.</b> Any number of event loops produce and record at once. <b>Cost.</b> A request
 * without media: nothing. Others: one lookup for each endpoint and item.
 */
public final class MmEmbeddingsCacheProducer implements DataProducer, PickListener {
  static final String TYPE = "mm-embeddings-cache-producer";

  private static final String MATCHED = "MultiModalEncoderCacheMatchInfo.matchedSize";
  private static final String TOTAL = "MultiModalEncoderCacheMatchInfo.totalSize";
  private static final List<String> STAGES = List.of("encode", "prefill");
  private static final int DEFAULT_MEGABYTES = 4096;
  private static final int MEGABYTES_PER_ITEM = 2;

  private final MediaTables tables;
  private final PerEndpoint matched;
  private final PerEndpoint total;
  private final LongAdder[] queries;
  private final Meters.Histogram hitRatio;

  private MmEmbeddingsCacheProducer(MediaTables tables, PluginContext context) {
    this.tables = tables;
    this.matched = context.produces(MATCHED);
    this.total = context.produces(TOTAL);
    Meters meters = context.meters();
    Modality[] modalities = Modality.values();
    this.queries = new LongAdder[modalities.length];
    for (Modality modality : modalities) {
      String label = modality.name().toLowerCase(Locale.ROOT);
      queries[modality.ordinal()] =
          meters.counter(
              "llm_d_epp_encoder_cache_queries",
              "Images and other media of requests, each once in a request.",
              "modality",
              label);
      meters.counters(
          "llm_d_epp_encoder_cache_hits",
          "Media of requests that were sent to the endpoint before, for each candidate.",
          "pod",
          () -> tables.hits(modality),
          "modality",
          label);
    }
    this.hitRatio =
        meters.histogram(
            "llm_d_epp_encoder_cache_hit_ratio",
            "Share of a request's media that the candidate with most of them has.",
            ApproxPrefixCacheProducer.RATIOS);
  }

  static MmEmbeddingsCacheProducer of(Parameters parameters, PluginContext context) {
    int given =
        parameters.integer(
            "cacheSizeInMBPerServer", DEFAULT_MEGABYTES, Integer.MIN_VALUE, Integer.MAX_VALUE);
    int items = Math.max(1, (given <= 0 ? DEFAULT_MEGABYTES : given) / MEGABYTES_PER_ITEM);
    MediaTables tables = context.state(List.of("media", items), () -> new MediaTables(items));
    return new MmEmbeddingsCacheProducer(tables, context);
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {
    Prompt prompt = cycle.request().prompt();
    int items = prompt.mediaItems();
    if (items == 0) {
      return;
    }
    EndpointSnapshot snapshot = cycle.snapshot();
    double all = 0;
    int different = 0;
    for (int item = 0; item < items; item++) {
      if (first(prompt, item)) {
        all += prompt.mediaTokens(item);
        different++;
        queries[prompt.mediaModality(item).ordinal()].increment();
      }
    }
    int most = 0;
    cycle.putAll(total, all);
    for (int i = 0; i < candidates.size(); i++) {
      int ordinal = candidates.ordinal(i);
      Endpoint endpoint = snapshot.endpoint(ordinal);
      double held = 0;
      int hits = 0;
      for (int item = 0; item < items; item++) {
        if (first(prompt, item)
            && tables.hit(endpoint, prompt.mediaHash(item), prompt.mediaModality(item))) {
          held += prompt.mediaTokens(item);
          hits++;
        }
      }
      if (held > 0) {
        cycle.put(matched, ordinal, held);
      }
      most = Math.max(most, hits);
    }
    hitRatio.record((double) most / different);
  }

  /** Whether an item is not a repetition: each counts once. */
  private static boolean first(Prompt prompt, int item) {
    for (int before = 0; before < item; before++) {
      if (prompt.mediaHash(before) == prompt.mediaHash(item)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    Prompt prompt = cycle.request().prompt();
    if (prompt.mediaItems() == 0) {
      return;
    }
    record(results, primary, prompt);
    for (String stage : STAGES) {
      if (!stage.equals(primary) && results.ran(stage) && !results.failed(stage)) {
        record(results, stage, prompt);
      }
    }
  }

  private void record(ProfileResults results, String profile, Prompt prompt) {
    for (int k = 0; k < results.pickedCount(profile); k++) {
      Endpoint endpoint = results.picked(profile, k);
      for (int item = 0; item < prompt.mediaItems(); item++) {
        tables.add(endpoint, prompt.mediaHash(item));
      }
    }
  }
}

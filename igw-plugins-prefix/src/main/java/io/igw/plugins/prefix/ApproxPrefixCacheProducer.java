package io.igw.plugins.prefix;

import io.igw.api.Derived;
import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Prompt;
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
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * {@code approx-prefix-cache-producer}: tells for each endpoint how many leading blocks of the
 * prompt were sent there before. See the package page.
 *
 * <p><b>Threading.</b> Any number of event loops produce and record at once. <b>Cost.</b> Producing
 * allocates nothing, but for one view per snapshot and one scratch array per thread that runs at
 * the same time.
 */
public final class ApproxPrefixCacheProducer implements DataProducer, PickListener {
  static final String MATCHED_BLOCKS = "PrefixCacheMatchInfo.matchedBlocks";
  static final String TOTAL_BLOCKS = "PrefixCacheMatchInfo.totalBlocks";
  static final String BLOCK_SIZE_TOKENS = "PrefixCacheMatchInfo.blockSizeTokens";
  static final String TYPE = "approx-prefix-cache-producer";

  private static final int SCRATCH_PLACES = 16;
  private static final int BYTES_PER_TOKEN = 4;

  /** Upper bounds of a ratio (observability-metrics.md 1). */
  static final double[] RATIOS = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};

  /** 0 and the powers of two from 16 on (observability-metrics.md 6). */
  private static final double[] BYTES = {
    0, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536
  };

  private final PrefixIndexSettings settings;
  private final PrefixIndex index;
  private final Derived<PoolView> poolView;
  private final PerEndpoint matchedBlocks;
  private final PerEndpoint totalBlocks;
  private final PerEndpoint blockSizeTokens;
  private final AtomicReferenceArray<SlotMatches> scratch =
      new AtomicReferenceArray<>(SCRATCH_PLACES);
  private final LongAdder recordedBlocks = new LongAdder();
  private final LongAdder recordedHits = new LongAdder();
  private final Meters.Histogram hitRatio;
  private final Meters.Histogram hitBytes;

  ApproxPrefixCacheProducer(PrefixIndexSettings settings, PluginContext context) {
    this.settings = settings;
    this.index =
        context.state(
            List.of("prefix-index", settings.maxBytes()),
            () -> new PrefixIndex(settings.maxBytes()));
    this.poolView =
        Derived.of(snapshot -> PoolView.of(snapshot, settings.autoTune(), settings.blockTokens()));
    this.matchedBlocks = context.produces(MATCHED_BLOCKS);
    this.totalBlocks = context.produces(TOTAL_BLOCKS);
    this.blockSizeTokens = context.produces(BLOCK_SIZE_TOKENS);
    Meters meters = context.meters();
    this.hitRatio =
        meters.histogram(
            "llm_d_epp_prefix_indexer_hit_ratio",
            "Share of the prompt's blocks that the picked endpoint held.",
            RATIOS);
    this.hitBytes =
        meters.histogram(
            "llm_d_epp_prefix_indexer_hit_bytes",
            "Length of the prompt's prefix that the picked endpoint held, 4 bytes a token.",
            BYTES);
    meters.gauge(
        "llm_d_epp_prefix_indexer_size",
        "Pairs of block and endpoint in the index.",
        this::indexEntries);
  }

  static ApproxPrefixCacheProducer of(Parameters parameters, PluginContext context) {
    return new ApproxPrefixCacheProducer(PrefixIndexSettings.read(parameters), context);
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {
    EndpointSnapshot snapshot = cycle.snapshot();
    index.follow(snapshot);
    PoolView pool = snapshot.derived(poolView);
    int blockTokens = pool.blockTokens();
    Prompt prompt = cycle.request().prompt();
    int total = settings.limit(prompt.blocks(blockTokens), blockTokens);
    if (total == 0) {
      return;
    }
    int place = (int) Thread.currentThread().getId() & SCRATCH_PLACES - 1;
    SlotMatches matches = scratch.getAndSet(place, null);
    if (matches == null) {
      matches = new SlotMatches();
    }
    index.match(prompt, blockTokens, total, matches);
    int[] slots = pool.slots();
    int[] generations = pool.generations();
    for (int ordinal = 0; ordinal < slots.length; ordinal++) {
      int matched = matches.blocks(slots[ordinal], generations[ordinal]);
      if (matched > 0) {
        cycle.put(matchedBlocks, ordinal, matched);
      }
    }
    cycle.putAll(totalBlocks, total);
    cycle.putAll(blockSizeTokens, blockTokens);
    scratch.set(place, matches);
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    EndpointSnapshot snapshot = cycle.snapshot();
    int blockTokens = snapshot.derived(poolView).blockTokens();
    Prompt prompt = cycle.request().prompt();
    int total = settings.limit(prompt.blocks(blockTokens), blockTokens);
    if (total == 0) {
      return;
    }
    Endpoint destination = results.picked(primary, 0);
    recordedBlocks.add(total);
    int hits = record(snapshot, destination, prompt, blockTokens, total);
    recordedHits.add(hits);
    hitRatio.record((double) hits / total);
    hitBytes.record((double) hits * blockTokens * BYTES_PER_TOKEN);
    String prefill = PickListener.prefillProfile(results);
    if (prefill != null && !prefill.equals(primary)) {
      Endpoint other = results.picked(prefill, 0);
      if (other != destination) {
        record(snapshot, other, prompt, blockTokens, total);
      }
    }
  }

  private int record(
      EndpointSnapshot snapshot, Endpoint endpoint, Prompt prompt, int blockTokens, int total) {
    int slot = endpoint.slot();
    int generation = endpoint.generation();
    int capacity = settings.capacity(snapshot, snapshot.ordinalOf(slot, generation), blockTokens);
    return index.record(slot, generation, prompt, blockTokens, total, capacity);
  }

  PrefixIndex index() {
    return index;
  }

  /**
   * Pairs of block and endpoint that can be matched; pairs that were recorded again lately may
   * count twice.
   */
  public long indexEntries() {
    return index.entries();
  }

  /** Heap bytes of the index. */
  public long indexBytes() {
    return index.bytes();
  }

  /** Blocks of all prompts sent to their destination so far. */
  public long recordedBlocks() {
    return recordedBlocks.sum();
  }

  /** Those of them that the destination held already; over {@link #recordedBlocks}: hit ratio. */
  public long recordedHits() {
    return recordedHits.sum();
  }
}

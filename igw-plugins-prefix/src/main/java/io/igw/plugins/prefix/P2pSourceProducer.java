package io.igw.plugins.prefix;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Parameters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.PluginContext;
import io.igw.spi.ProfileResults;
import io.igw.spi.RequestKey;
import java.nio.charset.StandardCharsets;

/**
 * {@code p2p-source-producer}: names the endpoint from which the picked one may fetch the KV cache
 * of the prompt, in header {@code x-kv-cache-source-host-port} (plugins-request-control.md 3.4). Of
 * those that hold about most of it, one is drawn by the request's id, less likely the longer its
 * queue is.
 *
 * <p><b>Threading.</b> Stateless. <b>Cost.</b> Three passes over the candidates and the bytes of
 * the id, for prompts that are held somewhere.
 */
final class P2pSourceProducer implements DataProducer, PickListener {
  static final String TYPE = "p2p-source-producer";
  static final String HEADER = "x-kv-cache-source-host-port";

  private static final String REQUEST_ID = "x-request-id";
  private static final int FNV_OFFSET = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;

  /** An endpoint, and the tokens that it holds. */
  private record Source(Endpoint endpoint, double tokens) {}

  private final PerEndpoint matchedBlocks;
  private final PerEndpoint blockSizeTokens;
  private final RequestKey<Source> source;
  private final int leastDelta;
  private final String prefillProfile;

  private P2pSourceProducer(
      PluginContext context, String producer, int leastDelta, String prefillProfile) {
    this.matchedBlocks = context.consumes(ApproxPrefixCacheProducer.MATCHED_BLOCKS, producer, true);
    this.blockSizeTokens =
        context.consumes(ApproxPrefixCacheProducer.BLOCK_SIZE_TOKENS, producer, true);
    this.source = context.requestKey("best-match/" + context.name(), Source.class);
    this.leastDelta = leastDelta;
    this.prefillProfile = prefillProfile;
  }

  static P2pSourceProducer of(Parameters parameters, PluginContext context) {
    String producer = parameters.text("prefixMatchInfoProducerName", "");
    return new P2pSourceProducer(
        context,
        producer.isEmpty() ? ApproxPrefixCacheProducer.TYPE : producer,
        parameters.integer("minCachedTokenDelta", 1, 1, Integer.MAX_VALUE),
        parameters.text("prefillProfileName", "prefill"));
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {
    double[] matched = cycle.values(matchedBlocks);
    double[] sizes = cycle.values(blockSizeTokens);
    double[] waiting = cycle.column(Signal.WAITING_REQUESTS);
    double most = 0;
    int size = candidates.size();
    for (int i = 0; i < size; i++) {
      most = Math.max(most, matched[i] * sizes[i]);
    }
    if (most == 0) {
      return;
    }
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += weight(matched[i], sizes[i], waiting[i], most);
    }
    double left = coordinate(cycle) * sum;
    int chosen = -1;
    for (int i = 0; i < size && left >= 0; i++) {
      double weight = weight(matched[i], sizes[i], waiting[i], most);
      // The last one stays where rounding leaves something over.
      chosen = weight > 0 ? i : chosen;
      left -= weight;
    }
    EndpointSnapshot snapshot = cycle.snapshot();
    Endpoint endpoint = snapshot.endpoint(candidates.ordinal(chosen));
    cycle.set(source, new Source(endpoint, matched[chosen] * sizes[chosen]));
  }

  /** Of an endpoint that holds about most; 0 for others. */
  private static double weight(double blocks, double blockSize, double waiting, double most) {
    double tokens = blocks * blockSize;
    return tokens > 0 && tokens + blockSize >= most ? 1 / (1 + (waiting > 0 ? waiting : 0)) : 0;
  }

  /** In [0, 1): the same for every attempt of a request; at random for one without an id. */
  private static double coordinate(Cycle cycle) {
    String id = cycle.request().header(REQUEST_ID);
    return id == null || id.isEmpty()
        ? cycle.random().nextDouble()
        : Integer.toUnsignedLong(fnv1a(id)) / 0x1p32;
  }

  /** FNV-1a with 32 bits, of the UTF-8 bytes. */
  static int fnv1a(String text) {
    int hash = FNV_OFFSET;
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (octet & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  @Override
  public void picked(Cycle cycle, ProfileResults results, String primary) {
    Source best = cycle.get(source);
    if (best == null) {
      return;
    }
    boolean prefilled = results.ran(prefillProfile) && !results.failed(prefillProfile);
    Endpoint computing = results.picked(prefilled ? prefillProfile : primary, 0);
    int ordinal = cycle.snapshot().ordinalOf(computing.slot(), computing.generation());
    double held = cycle.value(matchedBlocks, ordinal) * cycle.value(blockSizeTokens, ordinal);
    if (computing != best.endpoint() && best.tokens() - held >= leastDelta) {
      results.header(HEADER, best.endpoint().hostPort());
    }
  }
}

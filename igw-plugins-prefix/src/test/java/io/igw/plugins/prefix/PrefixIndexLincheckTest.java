package io.igw.plugins.prefix;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Prompt;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * The index is linearizable while it forgets nothing but endpoints that are gone; ageing forgets
 * early by design and is tested by properties.
 */
@Param(name = "endpoint", gen = IntGen.class, conf = "0:2")
@Param(name = "blocks", gen = IntGen.class, conf = "2:3")
public class PrefixIndexLincheckTest {
  /** A prompt given by its hashes. */
  private static final class Chain implements Prompt {
    private final long[] hashes;

    Chain(long... hashes) {
      this.hashes = hashes;
    }

    @Override
    public int estimatedTokens() {
      return hashes.length * BASE_BLOCK_TOKENS;
    }

    @Override
    public int blocks(int blockTokens) {
      return hashes.length;
    }

    @Override
    public long blockHash(int blockTokens, int block) {
      return hashes[block];
    }
  }

  private static final Chain CHAIN = new Chain(11, 12, 13);

  /** Endpoint 1 takes the slot of endpoint 0. */
  private static final int[] SLOTS = {0, 0, 1};

  private static final int[] GENERATIONS = {1, 2, 1};
  private static final EndpointSnapshot FIRST = Indexed.snapshot(1, 1, 1);
  private static final EndpointSnapshot SECOND = Indexed.snapshot(2, 2, 1);

  private final PrefixIndex index = new PrefixIndex(40_000);

  public PrefixIndexLincheckTest() {
    index.follow(FIRST);
  }

  @Operation
  public void record(@Param(name = "endpoint") int endpoint, @Param(name = "blocks") int blocks) {
    index.record(SLOTS[endpoint], GENERATIONS[endpoint], CHAIN, 64, blocks, 1 << 20);
  }

  @Operation
  public int match(@Param(name = "endpoint") int endpoint) {
    SlotMatches matches = new SlotMatches();
    index.match(CHAIN, 64, 3, matches);
    return matches.blocks(SLOTS[endpoint], GENERATIONS[endpoint]);
  }

  /** Slot 0 gets another endpoint. */
  @Operation
  public void replace() {
    index.follow(SECOND);
  }

  @Test
  void isLinearizable() {
    new ModelCheckingOptions()
        .iterations(20)
        .invocationsPerIteration(80)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .check(PrefixIndexLincheckTest.class);
  }
}

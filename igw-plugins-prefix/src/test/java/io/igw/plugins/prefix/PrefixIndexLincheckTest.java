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
@Param(name = "slot", gen = IntGen.class, conf = "0:1")
@Param(name = "generation", gen = IntGen.class, conf = "1:2")
@Param(name = "chain", gen = IntGen.class, conf = "0:1")
@Param(name = "blocks", gen = IntGen.class, conf = "1:3")
public class PrefixIndexLincheckTest {
  /** Two chains that share their first block. */
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

  private static final Chain[] CHAINS = {new Chain(11, 12, 13), new Chain(11, 22, 23)};

  private static final EndpointSnapshot FIRST = Indexed.snapshot(1, 1, 1);
  private static final EndpointSnapshot SECOND = Indexed.snapshot(2, 2, 1);

  private final PrefixIndex index = new PrefixIndex(40_000);

  public PrefixIndexLincheckTest() {
    index.follow(FIRST);
  }

  @Operation
  public void record(
      @Param(name = "slot") int slot,
      @Param(name = "generation") int generation,
      @Param(name = "chain") int chain,
      @Param(name = "blocks") int blocks) {
    index.record(slot, generation, CHAINS[chain], 64, blocks, 1 << 20);
  }

  @Operation
  public int match(
      @Param(name = "slot") int slot,
      @Param(name = "generation") int generation,
      @Param(name = "chain") int chain) {
    SlotMatches matches = new SlotMatches();
    index.match(CHAINS[chain], 64, 3, matches);
    return matches.blocks(slot, generation);
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
        .invocationsPerIteration(100)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .check(PrefixIndexLincheckTest.class);
  }
}

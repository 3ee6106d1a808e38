package io.igw.simulator.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Models on hardware, as rooflines: a share of the peak arithmetic and four fifths of the peak
 * bandwidth. Sizes are those of vLLM's defaults: 256 requests, steps of 8,192 tokens, nine tenths
 * of the memory, of which 2 GB a GPU are for activations.
 *
 * <p>From the models' cards: Llama 3.1 8B has 8.03 × 10⁹ parameters, 32 layers of 4,096, Llama 3.3
 * 70B 70.6 × 10⁹, 80 layers of 8,192; both have 8 key-value heads of 128. So a token takes two
 * operations a parameter, {@code 4 × layers × width} for each token that it attends to, and {@code
 * 2 × layers × 8 × 128} elements of KV cache. From the GPUs' data sheets: H100 SXM 989 × 10¹²
 * bfloat16 and 1,979 × 10¹² FP8 operations and 3.35 × 10¹² bytes a second, 80 GB; H200 SXM the same
 * and 4.8 × 10¹² bytes, 141 GB.
 *
 * <p>For FP8 NVIDIA publishes output tokens a second under full load (TensorRT-LLM 1.0, performance
 * overview); three fifths of the peak arithmetic is what comes nearest, and the test tells how
 * near. For bfloat16 it does not; there it is half, on the safe side.
 */
public enum EnginePreset {
  /** Llama 3.1 8B in bfloat16 on one H100 SXM: 54 GB for 412,000 tokens of cache. */
  LLAMA_8B_H100("llama-3.1-8b-h100") {
    @Override
    public EngineParameters parameters(int blockSize) {
      double operations = 989e12 * 0.5;
      double bytes = 3.35e12 * 0.8;
      double kvBytes = 131_072;
      return engine(
          blockSize,
          412_000,
          16.06e9 / bytes,
          2 * 8.03e9 / operations,
          4.0 * 32 * 4096 / operations,
          kvBytes / bytes);
    }
  },

  /** Llama 3.1 8B, weights and KV cache in FP8, on one H100 SXM: 62 GB for 946,000 tokens. */
  LLAMA_8B_FP8_H100("llama-3.1-8b-fp8-h100") {
    @Override
    public EngineParameters parameters(int blockSize) {
      double bytes = 3.35e12 * 0.8;
      double kvBytes = 65_536;
      return engine(
          blockSize,
          946_000,
          8.03e9 / bytes,
          2 * 8.03e9 / (1979e12 * 0.6),
          4.0 * 32 * 4096 / (989e12 * 0.6),
          kvBytes / bytes);
    }
  },

  /** Llama 3.3 70B, weights and KV cache in FP8, on one H200 SXM: 54 GB for 331,000 tokens. */
  LLAMA_70B_FP8_H200("llama-3.3-70b-fp8-h200") {
    @Override
    public EngineParameters parameters(int blockSize) {
      double bytes = 4.8e12 * 0.8;
      double kvBytes = 163_840;
      return engine(
          blockSize,
          331_000,
          70.6e9 / bytes,
          2 * 70.6e9 / (1979e12 * 0.6),
          4.0 * 80 * 8192 / (989e12 * 0.6),
          kvBytes / bytes);
    }
  };

  private final String id;

  EnginePreset(String id) {
    this.id = id;
  }

  /**
   * The parameters.
   *
   * @param blockSize tokens of a KV block
   */
  public abstract EngineParameters parameters(int blockSize);

  /** What options call it. */
  public String id() {
    return id;
  }

  /** All that options may say, the default first. */
  public static List<String> names() {
    return Stream.of(values()).map(EnginePreset::id).toList();
  }

  /**
   * The preset of a name.
   *
   * @throws IllegalArgumentException that tells the names
   */
  public static EnginePreset of(String name) {
    for (EnginePreset preset : values()) {
      if (preset.id.equals(name)) {
        return preset;
      }
    }
    throw new IllegalArgumentException(
        "--preset: " + name + " (expected: one of " + String.join(", ", names()) + ")");
  }

  private static EngineParameters engine(
      int blockSize,
      int cacheTokens,
      double weights,
      double token,
      double attention,
      double context) {
    return new EngineParameters(
        256,
        8192,
        blockSize,
        cacheTokens / blockSize,
        4,
        100e6,
        1e6,
        0,
        weights * 1e9,
        token * 1e9,
        attention * 1e9,
        context * 1e9);
  }

  /** For help texts. */
  public static final class Names implements Iterable<String> {
    /** For picocli. */
    public Names() {}

    @Override
    public Iterator<String> iterator() {
      return new ArrayList<>(names()).iterator();
    }
  }
}

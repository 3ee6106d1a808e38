package io.igw.runtime.metrics;

import io.igw.api.Signal;
import io.igw.runtime.metrics.Family.LoraSeries;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EngineSpec} made ready for reading: the families it needs, what each series feeds, and
 * which numbers make which signal.
 *
 * <p><b>Threading.</b> Immutable.
 */
final class Engine {
  private static final double MAX_COUNT = 1L << 53;
  private static final String NEW_VLLM_KV_USAGE = "vllm:kv_cache_usage_perc";
  private static final String OLD_VLLM_KV_USAGE = "vllm:gpu_cache_usage_perc";

  /**
   * One signal and the targets that can fill it.
   *
   * @param signal where the number goes
   * @param specs for messages
   * @param targets best first; the first that the page has decides
   * @param whole fractions are cut off
   * @param required a page without it is an error for this number; if false, it is only logged
   */
  record Column(Signal signal, String specs, int[] targets, boolean whole, boolean required) {}

  private final String name;
  private final FamilyTrie trie;
  private final Family[] families;
  private final Column[] columns;
  private final int targetCount;
  private final boolean lora;
  private final int work;

  /** An engine that tells its life as those of its name do. */
  Engine(EngineSpec spec) {
    this(spec, EngineLife.of(spec.name()));
  }

  Engine(EngineSpec spec, EngineLife life) {
    Compiler compiler = new Compiler();
    compiler.column(Signal.WAITING_REQUESTS, true, true, compiler.count(spec.waiting()));
    compiler.column(Signal.RUNNING_REQUESTS, true, true, compiler.count(spec.running()));
    compiler.column(
        Signal.KV_CACHE_USAGE,
        false,
        true,
        compiler.usage(spec.kvUsage()),
        compiler.usage(otherKvUsage(spec.kvUsage())));
    compiler.column(
        Signal.CACHE_BLOCK_SIZE,
        true,
        false,
        compiler.geometry(spec.blockSize(), null, Aggregation.EQUAL),
        compiler.geometry(spec.cacheInfo(), spec.blockSizeLabel(), Aggregation.EQUAL));
    compiler.column(
        Signal.CACHE_BLOCKS,
        true,
        false,
        compiler.geometry(spec.blocks(), null, Aggregation.SUM),
        compiler.geometry(spec.cacheInfo(), spec.blocksLabel(), Aggregation.SUM));
    compiler.column(Signal.ENGINE_AWAKE, false, false, compiler.usage(life.awake()));
    for (EngineSpec.Custom custom : spec.custom()) {
      compiler.column(custom.signal(), false, true, compiler.custom(custom.spec()));
    }
    this.work = compiler.count(life.work());
    compiler.lora(spec.lora());
    this.name = spec.name();
    this.lora = spec.lora() != null;
    this.targetCount = compiler.targets;
    this.columns = compiler.columns.toArray(new Column[0]);
    this.families = compiler.families.stream().map(Draft::family).toArray(Family[]::new);
    this.trie = new FamilyTrie(compiler.families.stream().map(d -> d.name).toList());
  }

  /** Either name of vLLM's gauge is good for the other (epp-protocol.md MS-8). */
  private static @Nullable MetricSpec otherKvUsage(@Nullable MetricSpec spec) {
    if (spec == null) {
      return null;
    }
    return switch (spec.name()) {
      case NEW_VLLM_KV_USAGE -> spec.renamed(OLD_VLLM_KV_USAGE);
      case OLD_VLLM_KV_USAGE -> spec.renamed(NEW_VLLM_KV_USAGE);
      default -> null;
    };
  }

  /** Name as the engine label gives it. */
  String name() {
    return name;
  }

  /** Numbers that the page may hold; read only. */
  Column[] columns() {
    return columns;
  }

  /** Whether the engine tells its adapters. */
  boolean lora() {
    return lora;
  }

  /** The target that goes back only when the server is restarted; -1 if there is none. */
  int work() {
    return work;
  }

  /** Readings of the right size. */
  Readings newReadings() {
    return new Readings(targetCount);
  }

  /** A reader of this engine's pages. */
  PageReader newReader(Readings readings) {
    return new PageReader(trie, families, readings);
  }

  /** A family while it is put together. */
  private static final class Draft {
    final String name;
    final List<String> labels = new ArrayList<>();
    final List<Target> targets = new ArrayList<>();
    @Nullable LoraSeries lora;

    Draft(String name) {
      this.name = name;
    }

    int slot(String label) {
      int known = labels.indexOf(label);
      if (known >= 0) {
        return known;
      }
      labels.add(label);
      return labels.size() - 1;
    }

    int[] matchSlots(MetricSpec spec) {
      return spec.labels().stream().mapToInt(l -> slot(l.name())).toArray();
    }

    static byte[][] matchValues(MetricSpec spec) {
      return spec.labels().stream().map(l -> bytes(l.value())).toArray(byte[][]::new);
    }

    Family family() {
      byte[][] names = labels.stream().map(Draft::bytes).toArray(byte[][]::new);
      return new Family(name, names, targets.toArray(new Target[0]), lora);
    }

    static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  /**
   * Collects families, targets and columns; a target of -1 is one that the engine does not have.
   */
  private static final class Compiler {
    final List<Draft> families = new ArrayList<>();
    final List<Column> columns = new ArrayList<>();
    final List<String> specs = new ArrayList<>();
    int targets;

    int count(@Nullable MetricSpec spec) {
      return target(spec, null, Aggregation.SUM, 0, MAX_COUNT);
    }

    int usage(@Nullable MetricSpec spec) {
      return target(spec, null, Aggregation.MAX, 0, 1);
    }

    int geometry(@Nullable MetricSpec spec, @Nullable String label, Aggregation aggregation) {
      return target(spec, label, aggregation, 1, MAX_COUNT);
    }

    int custom(MetricSpec spec) {
      return target(spec, null, Aggregation.LATEST, -Double.MAX_VALUE, Double.MAX_VALUE);
    }

    private int target(
        @Nullable MetricSpec spec,
        @Nullable String label,
        Aggregation aggregation,
        double min,
        double max) {
      if (spec == null) {
        return -1;
      }
      Draft draft = draft(spec.name());
      int valueSlot = label == null ? Target.SAMPLE_VALUE : draft.slot(label);
      specs.add(label == null ? spec.toString() : "label " + label + " of " + spec);
      draft.targets.add(
          new Target(
              targets,
              draft.matchSlots(spec),
              Draft.matchValues(spec),
              valueSlot,
              aggregation,
              min,
              max));
      return targets++;
    }

    void column(Signal signal, boolean whole, boolean required, int... candidates) {
      int[] present = Arrays.stream(candidates).filter(t -> t >= 0).toArray();
      if (present.length > 0) {
        String names = String.join(" or ", Arrays.stream(present).mapToObj(specs::get).toList());
        columns.add(new Column(signal, names, present, whole, required));
      }
    }

    void lora(@Nullable MetricSpec spec) {
      if (spec != null) {
        Draft draft = draft(spec.name());
        draft.lora =
            new LoraSeries(
                draft.matchSlots(spec),
                Draft.matchValues(spec),
                draft.slot("running_lora_adapters"),
                draft.slot("waiting_lora_adapters"),
                draft.slot("max_lora"));
      }
    }

    private Draft draft(String family) {
      for (Draft draft : families) {
        if (draft.name.equals(family)) {
          return draft;
        }
      }
      Draft added = new Draft(family);
      families.add(added);
      return added;
    }
  }
}

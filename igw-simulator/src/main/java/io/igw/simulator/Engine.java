package io.igw.simulator;

import io.igw.api.Prompt;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An engine without a model: a waiting queue, one prefill at a time, decoding side by side, prefix
 * blocks and LoRA slots. All waiting is done by the event loop's timer.
 *
 * <p><b>Threading.</b> Confined to its event loop.
 */
final class Engine {
  /** A slow engine takes this many times longer. */
  private static final int SLOW_FACTOR = 10;

  private final EngineSettings settings;
  private final EventLoop loop;
  private final PrefixBlocks prefixes;
  private final AdapterSlots adapters;
  private final EngineCounters counters;
  private final Deque<Generation> waiting = new ArrayDeque<>();
  private final Set<Generation> running = new LinkedHashSet<>();
  private @Nullable Generation prefilling;
  private int pinnedBlocks;
  private boolean slow;

  Engine(EngineSettings settings, EventLoop loop, EngineCounters counters) {
    this.settings = settings;
    this.loop = loop;
    this.counters = counters;
    this.prefixes = new PrefixBlocks(settings.kvBlocks());
    this.adapters = new AdapterSlots(settings.loraSlots());
  }

  /** Queues a request; the listener hears later. */
  Generation submit(Prompt prompt, String model, int limit, Generation.Listener listener) {
    Generation generation =
        new Generation(
            prompt,
            model.equals(settings.baseModel()) ? null : model,
            limit > 0 ? limit : settings.defaultOutputTokens(),
            listener,
            System.nanoTime());
    counters.accepted(generation);
    waiting.add(generation);
    startPrefill();
    return generation;
  }

  /** The client is gone. */
  void abort(Generation generation) {
    if (!generation.ended) {
      counters.aborted();
      end(generation);
    }
  }

  private void startPrefill() {
    if (prefilling != null || running.size() >= settings.maxRunning()) {
      return;
    }
    for (Iterator<Generation> i = waiting.iterator(); i.hasNext(); ) {
      Generation next = i.next();
      boolean room = running.isEmpty() || pinnedBlocks + ownBlocks(next) <= settings.kvBlocks();
      if (room && (next.adapter == null || adapters.hasRoom(next.adapter))) {
        i.remove();
        prefill(next);
        return;
      }
    }
  }

  /** Blocks that a request needs beside those that others have computed. */
  private int ownBlocks(Generation generation) {
    return generation.blocks() - prefixes.match(generation.prompt);
  }

  private void prefill(Generation next) {
    prefilling = next;
    running.add(next);
    next.running = true;
    next.startedNanos = System.nanoTime();
    next.pinnedBlocks = ownBlocks(next);
    pinnedBlocks += next.pinnedBlocks;
    double nanos = 0;
    if (next.adapter != null && adapters.use(next.adapter)) {
      nanos += settings.loraLoadTime().toNanos();
    }
    next.cachedTokens =
        Math.min(
            prefixes.match(next.prompt) * EngineSettings.BLOCK_TOKENS,
            Math.max(0, next.promptTokens() - 1));
    nanos += settings.prefillNanos(next.promptTokens() - next.cachedTokens);
    after(nanos, () -> prefilled(next));
  }

  private void prefilled(Generation generation) {
    if (prefilling == generation) {
      prefilling = null;
    }
    if (!generation.ended) {
      prefixes.add(generation.prompt);
      generation.firstTokenNanos = System.nanoTime();
      counters.prefilled(generation);
      token(generation);
    }
    startPrefill();
  }

  private void token(Generation generation) {
    if (generation.ended) {
      return;
    }
    generation.lastTokenNanos = System.nanoTime();
    generation.listener.token(generation.generated++);
    if (generation.ended) {
      return;
    }
    if (generation.generated < generation.outputTokens) {
      after(settings.timePerToken().toNanos(), () -> token(generation));
      return;
    }
    counters.completed(generation);
    end(generation);
    generation.listener.done();
  }

  private void end(Generation generation) {
    generation.ended = true;
    if (!generation.running) {
      waiting.remove(generation);
      return;
    }
    running.remove(generation);
    pinnedBlocks -= generation.pinnedBlocks;
    if (generation.adapter != null) {
      adapters.release(generation.adapter);
    }
    startPrefill();
  }

  private void after(double simulatedNanos, Runnable step) {
    long nanos = settings.realNanos(slow ? simulatedNanos * SLOW_FACTOR : simulatedNanos);
    loop.schedule(step, nanos, TimeUnit.NANOSECONDS);
  }

  void slow(boolean value) {
    slow = value;
  }

  int waitingRequests() {
    return waiting.size();
  }

  int runningRequests() {
    return running.size();
  }

  /** Share of KV blocks that running requests hold. */
  double kvUsage() {
    return Math.min(1, pinnedBlocks / (double) settings.kvBlocks());
  }

  int cachedBlocks() {
    return prefixes.size();
  }

  Set<String> loadedAdapters() {
    return adapters.loaded();
  }

  List<String> runningAdapters() {
    return adaptersOf(running);
  }

  List<String> waitingAdapters() {
    return adaptersOf(waiting);
  }

  private static List<String> adaptersOf(Iterable<Generation> generations) {
    List<String> names = new ArrayList<>();
    for (Generation generation : generations) {
      if (generation.adapter != null && !names.contains(generation.adapter)) {
        names.add(generation.adapter);
      }
    }
    return names;
  }

  /** As after a restart: nothing cached, nothing loaded, nothing queued. */
  void restart() {
    for (Generation generation : waiting) {
      generation.ended = true;
    }
    for (Generation generation : running) {
      generation.ended = true;
    }
    waiting.clear();
    running.clear();
    prefilling = null;
    pinnedBlocks = 0;
    prefixes.clear();
    adapters.clear();
    slow = false;
  }
}

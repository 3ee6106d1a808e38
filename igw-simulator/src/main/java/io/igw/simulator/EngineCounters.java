package io.igw.simulator;

import io.igw.simulator.engine.Job;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * What an engine has done so far.
 *
 * <p><b>Threading.</b> Written by the engine's event loop; totals may be read by any thread, the
 * histograms only by that loop.
 */
final class EngineCounters {
  private static final double[] SECONDS = {
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
    80, 160, 640, 2560
  };
  private static final double[] LONG_SECONDS = {
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
  };
  private static final double[] TOKEN_SECONDS = {
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
  };
  private static final double[] TOKENS = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000
  };
  private static final double[] FEW = {1, 2, 5, 10, 20};
  private static final double[] POWERS = {
    1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384
  };

  final LongAdder requests = new LongAdder();
  final LongAdder completed = new LongAdder();
  final LongAdder aborted = new LongAdder();
  final LongAdder promptTokens = new LongAdder();
  final LongAdder cachedTokens = new LongAdder();
  final LongAdder generatedTokens = new LongAdder();

  /** Of processes before the one that runs. */
  private long earlierPromptTokens;

  private final Histogram firstToken =
      seconds("time_to_first_token_seconds", "Histogram of time to first token in seconds.");
  private final Histogram interToken =
      new Histogram(
          "inter_token_latency_seconds",
          "Histogram of inter-token latency in seconds.",
          TOKEN_SECONDS);
  private final Histogram perToken =
      new Histogram(
          "request_time_per_output_token_seconds",
          "Histogram of time_per_output_token_seconds per request.",
          TOKEN_SECONDS);
  private final Histogram endToEnd =
      longSeconds("e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.");
  private final Histogram prefill =
      longSeconds("request_prefill_time_seconds", "Histogram of time spent in PREFILL phase.");
  private final Histogram decode =
      longSeconds("request_decode_time_seconds", "Histogram of time spent in DECODE phase.");
  private final Histogram inference =
      longSeconds("request_inference_time_seconds", "Histogram of time spent in RUNNING phase.");
  private final Histogram queue =
      longSeconds("request_queue_time_seconds", "Histogram of time spent in WAITING phase.");
  private final Histogram prompt =
      tokens("request_prompt_tokens", "Number of prefill tokens processed.");
  private final Histogram generation =
      tokens("request_generation_tokens", "Number of generation tokens processed.");
  private final Histogram maxGeneration =
      tokens("request_max_num_generation_tokens", "Histogram of requested generation tokens.");
  private final Histogram maxTokens =
      tokens("request_params_max_tokens", "Histogram of the max_tokens request parameter.");
  private final Histogram computed =
      tokens("request_prefill_kv_computed_tokens", "Histogram of new KV tokens in prefill.");
  private final Histogram n =
      new Histogram("request_params_n", "Histogram of the n request parameter.", FEW);
  private final Histogram iteration =
      new Histogram("iteration_tokens_total", "Histogram of tokens per engine step.", POWERS);

  private static Histogram seconds(String name, String help) {
    return new Histogram(name, help, SECONDS);
  }

  private static Histogram longSeconds(String name, String help) {
    return new Histogram(name, help, LONG_SECONDS);
  }

  private static Histogram tokens(String name, String help) {
    return new Histogram(name, help, TOKENS);
  }

  private final List<Histogram> histograms =
      List.of(
          firstToken,
          interToken,
          perToken,
          endToEnd,
          queue,
          inference,
          prefill,
          decode,
          prompt,
          generation,
          maxGeneration,
          maxTokens,
          computed,
          n,
          iteration);

  /** The process begins anew, and with it what its page counts. */
  void processStarted() {
    earlierPromptTokens = promptTokens.sum();
  }

  /** Prompt tokens of the process that runs. */
  long processPromptTokens() {
    return promptTokens.sum() - earlierPromptTokens;
  }

  /** All of them, always in the same order. */
  List<Histogram> histograms() {
    return histograms;
  }

  void accepted(Job job) {
    requests.increment();
    maxTokens.record(job.outputTokens());
    maxGeneration.record(job.outputTokens());
    n.record(1);
  }

  /** The first token is there; {@code speed} as in {@link EngineSettings}. */
  void prefilled(Job job, double speed) {
    int uncached = job.promptTokens() - job.cachedTokens();
    promptTokens.add(job.promptTokens());
    cachedTokens.add(job.cachedTokens());
    prompt.record(job.promptTokens());
    computed.record(uncached);
    iteration.record(uncached);
    firstToken.record(seconds(job.arrivedNanos(), job.firstTokenNanos(), speed));
    prefill.record(seconds(job.admittedNanos(), job.firstTokenNanos(), speed));
    queue.record(seconds(job.arrivedNanos(), job.admittedNanos(), speed));
  }

  void completed(Job job, double speed) {
    completed.increment();
    generatedTokens.add(job.generatedTokens());
    this.generation.record(job.generatedTokens());
    double decoding = seconds(job.firstTokenNanos(), job.endedNanos(), speed);
    decode.record(decoding);
    inference.record(seconds(job.admittedNanos(), job.endedNanos(), speed));
    endToEnd.record(seconds(job.arrivedNanos(), job.endedNanos(), speed));
    if (job.generatedTokens() > 1) {
      perToken.record(decoding / (job.generatedTokens() - 1));
      interToken.record(decoding / (job.generatedTokens() - 1));
    }
  }

  /** Real seconds. */
  private static double seconds(long fromNanos, long toNanos, double speed) {
    return (toNanos - fromNanos) / speed / 1e9;
  }

  void aborted() {
    aborted.increment();
  }
}

package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;

/**
 * Declares the tokenised prompt, which with the estimate back end is there as soon as the body is
 * parsed: four bytes are a token (prefix-cache.md 5.2). Type {@code token-producer}.
 */
final class TokenProducer implements DataProducer {
  static final String TYPE = "token-producer";
  static final String TOKENIZED_PROMPT = "TokenizedPrompt";

  TokenProducer(Parameters parameters, PluginContext context) {
    context.produces(TOKENIZED_PROMPT);
    // Sizes of media are read so that a configuration of the reference loads; content is hashed as
    // it stands in the body.
    Parameters estimate = parameters.object("estimate");
    for (String medium : new String[] {"image", "video"}) {
      accept(estimate.object(medium));
    }
    for (String backend : new String[] {"vllm", "udsTokenizerConfig"}) {
      if (parameters.object(backend).present()) {
        parameters.reject(backend, "absent: this build has the 'estimate' back end only");
      }
    }
    if (parameters.text("modelName") != null) {
      parameters.reject(
          "modelName",
          "absent: it selects the 'vllm' back end, and this build has 'estimate' only");
    }
  }

  private static void accept(Parameters medium) {
    medium.text("mode");
    medium.object("defaultResolution");
    medium.object("dynamic");
    medium.object("static");
    medium.object("tokensPerFrame");
    medium.object("frames");
    medium.number("defaultDuration", 0, 0, Double.MAX_VALUE);
    medium.integer("maxVideoTokens", 0, 0, Integer.MAX_VALUE);
    medium.integer("staticToken", 1, 0, Integer.MAX_VALUE);
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {}
}

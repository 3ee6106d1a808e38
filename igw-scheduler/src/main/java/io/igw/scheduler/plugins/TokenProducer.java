package io.igw.scheduler.plugins;

import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;

/**
 * Declares the tokenised prompt, which with the estimate back end is there as soon as the body is
 * parsed: four bytes are a token (prefix-cache.md 5.2). Type {@code token-producer}.
 *
 * <p>The parser counts while the body arrives, by {@link #mediaTokens()}; nothing is left to do in
 * a cycle. The back ends {@code vllm} and {@code udsTokenizerConfig} are refused by name.
 */
public final class TokenProducer implements DataProducer {
  /** The type, and the name of the instance that others look for. */
  public static final String TYPE = "token-producer";

  static final String TOKENIZED_PROMPT = "TokenizedPrompt";

  private final MediaTokens mediaTokens;

  TokenProducer(Parameters parameters, PluginContext context) {
    context.produces(TOKENIZED_PROMPT);
    refuseBackEnds(parameters);
    mediaTokens = new MediaTokens(parameters.object("estimate"));
  }

  private static void refuseBackEnds(Parameters parameters) {
    Parameters vllm = parameters.object("vllm");
    vllm.text("url");
    vllm.text("timeout");
    vllm.text("mmTimeout");
    boolean uds = parameters.object("udsTokenizerConfig").present();
    int backEnds = (parameters.object("estimate").present() ? 1 : 0) + (uds ? 1 : 0);
    if (backEnds + (vllm.present() ? 1 : 0) > 1) {
      parameters.reject(
          "estimate", "only one of 'estimate', 'vllm' and 'udsTokenizerConfig' to be set");
    }
    if (uds) {
      parameters.object("udsTokenizerConfig").text("socketFile");
      parameters.reject("udsTokenizerConfig", absent("udsTokenizerConfig"));
    }
    if (vllm.present()) {
      parameters.reject("vllm", absent("vllm"));
    }
    if (parameters.text("modelName") != null) {
      parameters.reject("modelName", absent("vllm") + "; a model name selects it");
    }
  }

  private static String absent(String backEnd) {
    return "absent, since back end '" + backEnd + "' is not in this build, 'estimate' is";
  }

  /** How many tokens stand for media: what reads bodies asks. */
  public MediaTokens mediaTokens() {
    return mediaTokens;
  }

  @Override
  public void produce(Cycle cycle, Candidates candidates) {}
}

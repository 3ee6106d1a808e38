package io.igw.scheduler.filters;

import io.igw.spi.Parameters;
import io.igw.spi.SimpleProvider;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** The providers of the label filters, one class each since ServiceLoader wants classes. */
public final class LabelFilterProvider {
  private static final String ROLE = "llm-d.ai/role";

  private LabelFilterProvider() {}

  private static SimpleProvider.Factory labels(
      Function<Parameters, Predicate<Map<String, String>>> read) {
    return (parameters, context) -> new LabelFilter(read.apply(parameters));
  }

  /** Endpoints whose label says one of these roles. */
  private static Predicate<Map<String, String>> role(boolean orNone, String... accepted) {
    Set<String> roles = Set.of(accepted);
    return labels -> {
      String role = labels.get(ROLE);
      return role == null ? orNone : roles.contains(role);
    };
  }

  /**
   * {@code by-label}: {@code label} is one of {@code validValues}, or absent where {@code
   * allowsNoLabel}. An absent label reads as the empty text too.
   */
  private static Predicate<Map<String, String>> oneLabel(Parameters parameters) {
    String label = parameters.text("label", "");
    if (label.isEmpty()) {
      parameters.reject("label", "the name of a label");
    }
    Set<String> values = Set.copyOf(parameters.texts("validValues"));
    boolean orNone = parameters.flag("allowsNoLabel", false);
    if (values.isEmpty() && !orNone) {
      parameters.reject("validValues", "one or more unless allowsNoLabel is true");
    }
    return labels ->
        orNone && !labels.containsKey(label) || values.contains(labels.getOrDefault(label, ""));
  }

  /** {@code label-selector-filter}. */
  public static final class Selector extends SimpleProvider {
    /** For ServiceLoader. */
    public Selector() {
      super(
          "label-selector-filter",
          Stability.BETA,
          "keeps endpoints whose labels match a selector",
          labels(LabelSelector::read));
    }
  }

  /** {@code by-label-selector}, the older name. */
  public static final class BySelector extends SimpleProvider {
    /** For ServiceLoader. */
    public BySelector() {
      super(
          "by-label-selector",
          Stability.BETA,
          "older name of label-selector-filter",
          labels(LabelSelector::read));
    }
  }

  /** {@code by-label}. */
  public static final class ByLabel extends SimpleProvider {
    /** For ServiceLoader. */
    public ByLabel() {
      super(
          "by-label",
          Stability.BETA,
          "keeps endpoints with given values of one label",
          labels(LabelFilterProvider::oneLabel));
    }
  }

  /** {@code decode-filter}: endpoints that decode; those without a role do everything. */
  public static final class Decode extends SimpleProvider {
    /** For ServiceLoader. */
    public Decode() {
      super(
          "decode-filter",
          Stability.BETA,
          "keeps endpoints that decode",
          labels(parameters ->
              role(
                  true,
                  "decode",
                  "prefill-decode",
                  "encode-decode",
                  "encode-prefill-decode",
                  "both")));
    }
  }

  /** {@code prefill-filter}: endpoints that are labelled for prefill. */
  public static final class Prefill extends SimpleProvider {
    /** For ServiceLoader. */
    public Prefill() {
      super(
          "prefill-filter",
          Stability.BETA,
          "keeps endpoints labelled for prefill",
          labels(parameters ->
              role(
                  false,
                  "prefill",
                  "encode-prefill",
                  "prefill-decode",
                  "encode-prefill-decode",
                  "both")));
    }
  }

  /** {@code encode-filter}: endpoints that are labelled for encoding. */
  public static final class Encode extends SimpleProvider {
    /** For ServiceLoader. */
    public Encode() {
      super(
          "encode-filter",
          Stability.BETA,
          "keeps endpoints labelled for encoding",
          labels(parameters ->
              role(false, "encode", "encode-prefill", "encode-decode", "encode-prefill-decode")));
    }
  }
}

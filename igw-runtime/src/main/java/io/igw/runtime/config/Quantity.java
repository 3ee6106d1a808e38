package io.igw.runtime.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers in the notation of Kubernetes: {@code 5k}, {@code 1Gi}, {@code 1.5G}, {@code 1e9}. */
final class Quantity {
  private static final Pattern FORM =
      Pattern.compile("([+-]?(?:\\d+\\.?\\d*|\\.\\d+))([eE][+-]?\\d{1,3}|[numkMGTPE]|[KMGTPE]i)?");
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  private Quantity() {}

  /** The number, rounded up; null if the text is none, or too large. */
  static @Nullable Long parse(String text) {
    Matcher form = FORM.matcher(text.trim());
    if (!form.matches() || text.length() > 64) {
      return null;
    }
    String suffix = form.group(2) == null ? "" : form.group(2);
    BigDecimal value;
    if (suffix.length() > 1
        && (suffix.charAt(0) == 'e' || suffix.charAt(0) == 'E')
        && !suffix.equals("Ei")) {
      value = new BigDecimal(form.group(1) + suffix);
    } else {
      value = new BigDecimal(form.group(1)).multiply(factor(suffix));
    }
    value = value.setScale(0, RoundingMode.UP);
    return value.abs().compareTo(MOST) > 0 ? null : value.longValueExact();
  }

  private static BigDecimal factor(String suffix) {
    if (suffix.endsWith("i")) {
      return BigDecimal.valueOf(1024).pow("KMGTPE".indexOf(suffix.charAt(0)) + 1);
    }
    if (suffix.isEmpty()) {
      return BigDecimal.ONE;
    }
    int small = "mun".indexOf(suffix);
    int power = small >= 0 ? -small - 1 : "kMGTPE".indexOf(suffix) + 1;
    return BigDecimal.ONE.scaleByPowerOfTen(3 * power);
  }
}

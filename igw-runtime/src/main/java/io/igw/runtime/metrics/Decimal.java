package io.igw.runtime.metrics;

import java.nio.charset.StandardCharsets;

/**
 * Reads a sample value from bytes: plain and exponent decimals, {@code NaN} and {@code Inf}.
 *
 * <p>The result is the double nearest to the decimal, as {@link Double#parseDouble} gives. Up to 15
 * digits and a power of ten up to 22, both are exact and one division or multiplication rounds once
 * (Clinger). Up to 18 digits, as timestamps have, the mantissa is split into two doubles and the
 * quotient corrected by its exact remainder; only if that lies next to a rounding border, or the
 * number has another form, {@link Double#parseDouble} decides.
 *
 * <p><b>Threading.</b> One thread at a time; reused.
 *
 * <p><b>Cost.</b> Nothing is allocated but on that last way.
 */
final class Decimal {
  private static final int MAX_LENGTH = 128;
  private static final int MAX_FAST_DIGITS = 18;
  private static final int MAX_EXPONENT_DIGITS = 6;
  private static final long EXACT_LONG = 1L << 53;
  private static final long FRACTION_BITS = (1L << 52) - 1;

  /** Remainders nearer than this share of half a unit to a rounding border are not trusted. */
  private static final double BORDER = 1 - 0x1p-30;

  private static final double[] POWERS_OF_TEN = new double[23];

  static {
    double power = 1;
    for (int i = 0; i < POWERS_OF_TEN.length; i++) {
      POWERS_OF_TEN[i] = power;
      power *= 10;
    }
  }

  private double value;

  /** The number that {@link #read} found last; may be NaN or infinite. */
  double value() {
    return value;
  }

  /** Reads {@code bytes[from..to)}; false if that is no number. */
  boolean read(byte[] bytes, int from, int to) {
    if (from >= to || to - from > MAX_LENGTH) {
      return false;
    }
    int p = from;
    boolean negative = bytes[p] == '-';
    if (negative || bytes[p] == '+') {
      p++;
    }
    int start = p;
    long mantissa = 0;
    int digits = 0;
    int scale = 0;
    int point = -1;
    for (; p < to; p++) {
      int d = bytes[p] - '0';
      if (d >= 0 && d <= 9) {
        if (digits < MAX_FAST_DIGITS) {
          mantissa = mantissa * 10 + d;
        }
        digits += mantissa == 0 ? 0 : 1;
        scale -= point >= 0 ? 1 : 0;
      } else if (bytes[p] == '.' && point < 0) {
        point = p;
      } else {
        break;
      }
    }
    if (p - start - (point >= 0 ? 1 : 0) == 0) {
      return special(bytes, start, to, negative);
    }
    int exponent = 0;
    if (p < to) {
      int e = exponentStart(bytes, p, to);
      if (e < 0) {
        return false;
      }
      exponent = exponent(bytes, e, to);
      if (exponent == Integer.MIN_VALUE) {
        return false;
      }
    }
    double magnitude = magnitude(mantissa, digits, scale + exponent);
    if (magnitude < 0) {
      String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
      value = Double.parseDouble(text);
    } else {
      value = negative ? -magnitude : magnitude;
    }
    return true;
  }

  /** The first byte behind the {@code e}, or -1 if this is no exponent. */
  private static int exponentStart(byte[] bytes, int p, int to) {
    return (bytes[p] | 0x20) == 'e' && p + 1 < to ? p + 1 : -1;
  }

  /** Value of the exponent, {@link Integer#MIN_VALUE} if it is none. */
  private static int exponent(byte[] bytes, int from, int to) {
    int p = from;
    boolean negative = bytes[p] == '-';
    if (negative || bytes[p] == '+') {
      p++;
    }
    if (p == to || to - p > MAX_EXPONENT_DIGITS) {
      return Integer.MIN_VALUE;
    }
    int exponent = 0;
    for (; p < to; p++) {
      int d = bytes[p] - '0';
      if (d < 0 || d > 9) {
        return Integer.MIN_VALUE;
      }
      exponent = exponent * 10 + d;
    }
    return negative ? -exponent : exponent;
  }

  /** {@code mantissa * 10^power}, or -1 if the fast ways do not give the nearest double. */
  private static double magnitude(long mantissa, int digits, int power) {
    if (digits > MAX_FAST_DIGITS) {
      return -1;
    }
    if (mantissa == 0) {
      return 0;
    }
    if (power < -22 || power > 22) {
      return -1;
    }
    if (mantissa <= EXACT_LONG) {
      return power < 0 ? mantissa / POWERS_OF_TEN[-power] : mantissa * POWERS_OF_TEN[power];
    }
    return power > 0 ? -1 : quotient(mantissa, POWERS_OF_TEN[-power]);
  }

  private static double quotient(long mantissa, double divisor) {
    double high = (double) mantissa;
    double low = (double) (mantissa - (long) high);
    double first = high / divisor;
    double correction = (Math.fma(-first, divisor, high) + low) / divisor;
    double sum = first + correction;
    double lost = Math.abs(correction - (sum - first));
    // Below a power of two the doubles are twice as dense: leave that border to the slow way.
    boolean powerOfTwo = (Double.doubleToRawLongBits(sum) & FRACTION_BITS) == 0;
    return !powerOfTwo && lost < Math.ulp(sum) / 2 * BORDER ? sum : -1;
  }

  private boolean special(byte[] bytes, int from, int to, boolean negative) {
    if (matches(bytes, from, to, "nan")) {
      value = Double.NaN;
      return true;
    }
    if (matches(bytes, from, to, "inf") || matches(bytes, from, to, "infinity")) {
      value = negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      return true;
    }
    return false;
  }

  private static boolean matches(byte[] bytes, int from, int to, String lowerCase) {
    if (to - from != lowerCase.length()) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      if ((bytes[from + i] | 0x20) != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}

package io.igw.scheduler;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what a misspelt name was meant to be. */
public final class NearestName {
  private NearestName() {}

  /** The known name within a third of its length in edits, null if none is that near. */
  public static @Nullable String of(String name, Collection<String> known) {
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(name, candidate);
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    return nearest != null && least <= Math.max(2, nearest.length() / 3) ? nearest : null;
  }

  /** {@code (did you mean 'x'?)}, or nothing. */
  public static String hint(String name, Collection<String> known) {
    String nearest = of(name, known);
    return nearest == null ? "" : " (did you mean '" + nearest + "'?)";
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int same =
            diagonal
                + (Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1))
                    ? 0
                    : 1);
        row[j] = Math.min(same, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}

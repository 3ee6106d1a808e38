package io.igw.runtime;

import io.igw.runtime.Exchange.BodyEdit;
import java.nio.charset.StandardCharsets;

/** Makes the edit that puts another model into a body (rule EPP-46). */
final class ModelRewrite {
  private ModelRewrite() {}

  /** Replaces the value between two offsets, its quotes included. */
  static BodyEdit replace(long start, long end, String model) {
    return new BodyEdit(start, end, json(model));
  }

  /** A JSON string as bytes. */
  static byte[] json(String text) {
    return quoted(text).getBytes(StandardCharsets.UTF_8);
  }

  /** Adds the field as the first of an object that begins at an offset and is not empty. */
  static BodyEdit insert(long objectStart, String model) {
    byte[] field = ("\"model\":" + quoted(model) + ",").getBytes(StandardCharsets.UTF_8);
    return new BodyEdit(objectStart + 1, objectStart + 1, field);
  }

  /** A JSON string. */
  static String quoted(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c) && !paired(text, i)) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }

  private static boolean paired(String text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}

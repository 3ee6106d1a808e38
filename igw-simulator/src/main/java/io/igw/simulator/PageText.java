package io.igw.simulator;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Families and lines of a metrics page, one after the other. One thread. */
final class PageText {
  private final StringBuilder text = new StringBuilder(8192);

  /** Begins anew. */
  void clear() {
    text.setLength(0);
  }

  void family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /** A line; {@code labels} without braces. */
  void line(String name, String labels, double value) {
    text.append(name).append('{').append(labels).append("} ").append(value).append('\n');
  }

  /** A family of one line. */
  void gauge(String name, String labels, String help, double value) {
    family(name, "gauge", help);
    line(name, labels, value);
  }

  /** As it is. */
  PageText raw(String more) {
    text.append(more);
    return this;
  }

  void writeTo(ByteBuf out) {
    out.writeCharSequence(text, StandardCharsets.UTF_8);
  }

  /** The value of a label inside its quotes. */
  static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}

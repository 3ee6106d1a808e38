package io.igw.runtime.parse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a value at one place of a JSON document means: a row of a table that {@link FieldWalker}
 * follows. Immutable.
 */
final class Field {
  /** What a visitor does with the value. */
  enum Action {
    /** Nothing: only its members or elements matter. */
    NONE,
    /** The model's name. */
    MODEL,
    /** Whether the response is streamed. */
    STREAM,
    /** A limit on generated tokens; {@link #detail} is its rank, the lowest wins. */
    LIMIT,
    /** The object that holds the limits. */
    LIMITS,
    /** The cache salt. */
    SALT,
    /** The list or text that the API requires. */
    MAIN,
    /** One element of the main list, behind a border of kind {@link #detail}. */
    ITEM,
    /** One element of the main list: a text, a token id, or a list of token ids. */
    TEXT_OR_TOKEN,
    /** One token id. */
    TOKEN,
    /** Prompt content behind a border of kind {@link #detail}, 0 for no border. */
    CONTENT,
    /** Content that stands before the prompt, behind a border. */
    CONTEXT,
    /** As CONTEXT, a text that engines may drop. */
    SYSTEM_TEXT,
    /** An image or video; {@link #detail} is its border. */
    MEDIA,
    /** What is known of media in a prompt of tokens. */
    FEATURES,
    /** Hash of an image, video or other; {@link #detail} is its modality. */
    MEDIA_HASH,
    /** Where it stands in the prompt. */
    PLACEHOLDER,
    /** How many tokens stand for it. */
    PLACEHOLDER_LENGTH,
    /** A token count of a response; {@link #detail} is its index. */
    COUNT,
    /** The object that holds the counts. */
    USAGE,
    /** Not null once the counts are final. */
    FINISH
  }

  final String name;
  final Action action;
  final int detail;

  /** Kinds that are no error. */
  final int accepted;

  /** Of these, kinds whose content is told. */
  private final int read;

  private final boolean raw;
  private final byte[] key;
  private final Field[] members;
  private final @Nullable Field element;
  private final @Nullable Field others;

  private Field(
      String name,
      Action action,
      int detail,
      int accepted,
      int read,
      boolean raw,
      @Nullable Field element,
      @Nullable Field others,
      Field... members) {
    this.name = name;
    this.action = action;
    this.detail = detail;
    this.accepted = accepted;
    this.read = read;
    this.raw = raw;
    this.key = name.getBytes(StandardCharsets.UTF_8);
    this.members = members;
    this.element = element;
    this.others = others;
  }

  /** A string; a number, a boolean or null is an error unless accepted. */
  static Field text(String name, int accepted, Action action, int detail) {
    return new Field(name, action, detail, accepted, JsonSink.STRING, false, null, null);
  }

  /** A string, or a value of another kind, whose bytes count as they stand. */
  static Field textOrRaw(String name, Action action, int detail) {
    return new Field(name, action, detail, JsonSink.ANY, JsonSink.STRING, true, null, null);
  }

  /** A number; other kinds count as absent. */
  static Field number(String name, Action action, int detail) {
    return new Field(name, action, detail, JsonSink.ANY, JsonSink.NUMBER, false, null, null);
  }

  /** A number, or a string that may spell one; other kinds count as absent. */
  static Field numeric(String name, Action action, int detail) {
    int read = JsonSink.NUMBER | JsonSink.STRING;
    return new Field(name, action, detail, JsonSink.ANY, read, false, null, null);
  }

  /** An object; other kinds count as absent. */
  static Field optional(String name, Action action, Field... members) {
    return new Field(name, action, 0, JsonSink.ANY, JsonSink.OBJECT, false, null, null, members);
  }

  /** A value of which only the kind matters. */
  static Field kind(String name, int accepted, Action action) {
    return new Field(name, action, 0, accepted, 0, false, null, null);
  }

  /** A value whose bytes count as they stand. */
  static Field raw(String name, int accepted, Action action, int detail) {
    return new Field(name, action, detail, accepted, 0, true, null, null);
  }

  /** An object, or one of the other kinds that are accepted: a string is read too. */
  static Field object(String name, int accepted, Action action, int detail, Field... members) {
    return new Field(
        name,
        action,
        detail,
        accepted | JsonSink.OBJECT,
        JsonSink.OBJECT | JsonSink.STRING,
        false,
        null,
        null,
        members);
  }

  /** The same object with a meaning for members that it does not name. */
  Field others(Field field) {
    return new Field(name, action, detail, accepted, read, raw, element, field, members);
  }

  /** A list, or one of the other kinds that are accepted: a string is read too. */
  static Field list(String name, int accepted, Action action, int detail, Field element) {
    return new Field(
        name,
        action,
        detail,
        accepted | JsonSink.ARRAY,
        JsonSink.ARRAY | JsonSink.STRING,
        false,
        element,
        null);
  }

  /** An element that is a string, a number or a list. */
  static Field stringNumberOrList(Action action, Field element) {
    int kinds = JsonSink.STRING | JsonSink.NUMBER | JsonSink.ARRAY;
    return new Field("", action, 0, kinds, kinds, false, element, null);
  }

  /** An element that is a number. */
  static Field numberElement(Action action) {
    return new Field("", action, 0, JsonSink.NUMBER, JsonSink.NUMBER, false, null, null);
  }

  /** How the scanner treats a value of this kind. */
  int treatment(int kind) {
    if ((read & kind) != 0) {
      return JsonSink.READ;
    }
    return raw && kind != JsonSink.NULL ? JsonSink.RAW : JsonSink.SKIP;
  }

  /** What a member of this object means, null if nothing. */
  @Nullable Field member(byte[] source, int offset, int length) {
    for (Field member : members) {
      byte[] candidate = member.key;
      if (candidate.length == length
          && candidate[0] == source[offset]
          && Arrays.equals(candidate, 1, length, source, offset + 1, offset + length)) {
        return member;
      }
    }
    return others;
  }

  boolean isList() {
    return element != null;
  }

  /** A list that may hold many token ids. */
  boolean isListOfNumbers() {
    return element != null
        && (element.action == Action.TOKEN || element.action == Action.TEXT_OR_TOKEN);
  }

  Field element() {
    return Objects.requireNonNull(element, name);
  }

  /** The accepted kinds in words. */
  String expectation() {
    StringJoiner kinds = new StringJoiner(" or ");
    if ((accepted & JsonSink.STRING) != 0) {
      kinds.add("string");
    }
    if ((accepted & JsonSink.NUMBER) != 0) {
      kinds.add("number");
    }
    if ((accepted & JsonSink.TRUE) != 0) {
      kinds.add("boolean");
    }
    if ((accepted & JsonSink.ARRAY) != 0) {
      kinds.add("array");
    }
    if ((accepted & JsonSink.OBJECT) != 0) {
      kinds.add("object");
    }
    return "expected " + kinds;
  }
}

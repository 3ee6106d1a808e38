package io.igw.runtime.parse;

import org.jspecify.annotations.Nullable;

/**
 * A field of a protobuf message that routing reads: a row of a table that {@link ProtoScanner}
 * follows. Immutable.
 */
final class ProtoField {
  /** How the field stands on the wire. */
  enum Kind {
    /** One number; a repeated field of numbers, packed or not. */
    NUMBER,
    NUMBERS,
    /** Bytes, told in pieces. */
    BYTES,
    /** The same, UTF-8. */
    TEXT,
    /** A message of which fields are read. */
    MESSAGE
  }

  final int number;
  final Kind kind;

  /** What the visitor knows the field by. */
  final int id;

  /** What does not parse as this message is passed over. */
  final boolean lenient;

  private final ProtoField[] members;

  private ProtoField(int number, Kind kind, int id, boolean lenient, ProtoField... members) {
    this.number = number;
    this.kind = kind;
    this.id = id;
    this.lenient = lenient;
    this.members = members;
  }

  static ProtoField of(int number, Kind kind, int id) {
    return new ProtoField(number, kind, id, false);
  }

  static ProtoField message(int number, int id, ProtoField... members) {
    return new ProtoField(number, Kind.MESSAGE, id, false, members);
  }

  static ProtoField lenient(int number, int id, ProtoField... members) {
    return new ProtoField(number, Kind.MESSAGE, id, true, members);
  }

  /** The field of a number and wire type, null if it is none that is read. */
  @Nullable ProtoField member(int number, int wireType) {
    for (ProtoField member : members) {
      if (member.number == number && member.standsAs(wireType)) {
        return member;
      }
    }
    return null;
  }

  private boolean standsAs(int wireType) {
    return switch (kind) {
      case NUMBER -> wireType == ProtoScanner.VARINT;
      case NUMBERS -> wireType == ProtoScanner.VARINT || wireType == ProtoScanner.DELIMITED;
      default -> wireType == ProtoScanner.DELIMITED;
    };
  }
}

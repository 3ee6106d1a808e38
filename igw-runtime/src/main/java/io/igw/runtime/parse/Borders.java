package io.igw.runtime.parse;

/** Kinds of borders in a prompt that keep what differs in structure apart (prefix-cache.md 7). */
final class Borders {
  static final int NEXT_PROMPT = 1;
  static final int IMAGE = 2;
  static final int VIDEO = 3;
  static final int MESSAGE = 4;
  static final int ROLE = 5;
  static final int TEXT = 6;
  static final int NAME = 7;
  static final int TOOL_CALLS = 8;
  static final int TOOL_CALL_ID = 9;
  static final int REASONING = 10;
  static final int AUDIO = 11;
  static final int AUDIO_FORMAT = 12;
  static final int OTHER = 13;
  static final int TOOLS = 14;
  static final int DOCUMENTS = 15;
  static final int TEMPLATE = 16;
  static final int TEMPLATE_ARGUMENTS = 17;
  static final int INSTRUCTIONS = 18;
  static final int SYSTEM = 19;
  static final int THINKING = 20;
  static final int TOOL_RESULT = 21;

  private Borders() {}
}

package io.igw.runtime.parse;

import io.igw.runtime.Exchange.BodyEdit;
import io.igw.runtime.parse.Field.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Puts the model that a client asked for in the place of the one that served it, in a response that
 * arrives in pieces (rule EPP-56): the string {@code model} at the top of a JSON document or of the
 * data of a server-sent event, and inside {@code response} and {@code message} there, where events
 * of the responses and messages APIs have it.
 *
 * <p>Nothing is held back: where a value begins the new one goes out, and its bytes are dropped as
 * they come. What is no such document passes byte for byte.
 *
 * <p><b>Cost.</b> One pass over the bytes; allocates only where a model stands. Not thread-safe.
 */
public final class ModelRestorer implements FieldWalker.Visitor {
  private static final Field MODEL = Field.text("model", JsonSink.ANY, Action.MODEL, 0);
  private static final Field ROOT =
      Field.optional(
          "",
          Action.NONE,
          MODEL,
          Field.optional("response", Action.NONE, MODEL),
          Field.optional("message", Action.NONE, MODEL));
  private static final byte[] NOTHING = {};
  private static final byte[] NEWLINE = {'\n'};

  private final FieldWalker walker = new FieldWalker(ROOT, this);
  private final JsonScanner scanner = new JsonScanner(walker);
  private final byte[] quoted;
  private final @Nullable EventLines lines;
  private List<BodyEdit> edits = List.of();

  /** Bytes of the document before the segment being read. */
  private long documentLength;

  /** Where the segment being read begins in the piece. */
  private int segmentStart;

  /** Whether the value of a model is under way. */
  private boolean inValue;

  /** Where its bytes begin in the piece, and what goes out for them. */
  private int valueStart;

  private byte[] replacement = NOTHING;

  private ModelRestorer(byte[] quoted, boolean events) {
    this.quoted = quoted;
    this.lines = events ? new EventLines(this) : null;
  }

  /**
   * For one response; null if its type is none that is known to name a model.
   *
   * @param quoted the client's model as a JSON string, with its quotes
   */
  public static @Nullable ModelRestorer of(@Nullable String contentType, byte[] quoted) {
    String type = contentType == null ? "json" : contentType.toLowerCase(Locale.ROOT);
    boolean events = type.contains("text/event-stream");
    return events || type.contains("json") ? new ModelRestorer(quoted, events) : null;
  }

  /** Reads the next piece; {@link #edits} then tells what changes in it. */
  public void feed(byte[] source, int offset, int length) {
    edits = List.of();
    if (lines != null) {
      lines.feed(source, offset, length);
    } else {
      segment(source, offset, length, 0);
    }
  }

  /** Where the last piece changes; offsets count from its first byte. */
  public List<BodyEdit> edits() {
    return edits;
  }

  /** Starts another document. */
  void startDocument() {
    walker.reset();
    scanner.reset();
    documentLength = 0;
  }

  /** The document goes on in another line. */
  void nextLine() {
    scanner.feed(NEWLINE, 0, 1);
    documentLength++;
  }

  /** A line has ended; a value that it cuts is none, and what is left of it stays. */
  void endLine() {
    if (inValue) {
      inValue = false;
      edits.remove(edits.size() - 1);
    }
  }

  /** The next bytes of the document, which begin at {@code at} of the piece. */
  void segment(byte[] source, int offset, int length, int at) {
    segmentStart = at;
    valueStart = at;
    scanner.feed(source, offset, length);
    documentLength += length;
    if (scanner.failed()) {
      inValue = false;
    } else if (inValue) {
      drop(at + length);
    }
  }

  /** The value's bytes up to there give way; what goes out for it has gone then. */
  private void drop(int end) {
    if (edits.isEmpty()) {
      edits = new ArrayList<>(2);
    }
    edits.add(new BodyEdit(valueStart, end, replacement));
    replacement = NOTHING;
  }

  private int position(long documentOffset) {
    return segmentStart + (int) (documentOffset - documentLength);
  }

  @Override
  public boolean begin(Field field, int kind, long at) {
    if (field.action == Action.MODEL && kind == JsonSink.STRING) {
      inValue = true;
      valueStart = position(at);
      replacement = quoted;
    }
    return true;
  }

  @Override
  public void text(Field field, byte[] source, int offset, int length) {}

  @Override
  public void number(Field field, long whole) {}

  @Override
  public void end(Field field, long at) {
    if (inValue && field.action == Action.MODEL) {
      drop(position(at));
      inValue = false;
    }
  }
}

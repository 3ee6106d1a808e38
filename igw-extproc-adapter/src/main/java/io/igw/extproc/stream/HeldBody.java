package io.igw.extproc.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.igw.runtime.Exchange.BodyEdit;
import java.util.ArrayList;
import java.util.List;

/**
 * A request body that waits for the decision, and its way back in pieces.
 *
 * <p><b>Cost.</b> Holds the received bytes; assembling, splicing and cutting share them and copy
 * nothing but pieces below 128 bytes.
 */
final class HeldBody {
  /** Some proxies refuse pieces over 64 KiB (rule EPP-19). */
  static final int PIECE_BYTES = 62_000;

  /** What a piece costs beside its bytes: arrays and objects that hold it. */
  static final int PIECE_OVERHEAD = 96;

  private static final ByteString[] NONE = new ByteString[0];

  private ByteString first = ByteString.EMPTY;
  private ByteString[] more = NONE;
  private int moreCount;
  private int offset;
  private long bytes;

  void add(ByteString piece) {
    if (piece.isEmpty()) {
      return;
    }
    bytes += piece.size() + PIECE_OVERHEAD;
    if (first.isEmpty()) {
      first = piece;
      return;
    }
    if (moreCount == more.length) {
      more = java.util.Arrays.copyOf(more, Math.max(8, moreCount * 2));
    }
    more[moreCount++] = piece;
  }

  /** Makes the body whole, with its edits; from now on {@link #nextPiece} works. */
  void assemble(List<BodyEdit> edits) {
    if (moreCount > 0) {
      List<ByteString> all = new ArrayList<>(moreCount + 1);
      all.add(first);
      for (int i = 0; i < moreCount; i++) {
        all.add(more[i]);
      }
      first = ByteString.copyFrom(all);
      more = NONE;
      moreCount = 0;
    }
    if (!edits.isEmpty()) {
      first = splice(first, edits);
    }
  }

  private static ByteString splice(ByteString body, List<BodyEdit> edits) {
    ByteString spliced = ByteString.EMPTY;
    int from = 0;
    for (BodyEdit edit : edits) {
      spliced =
          spliced
              .concat(body.substring(from, Math.toIntExact(edit.start())))
              .concat(UnsafeByteOperations.unsafeWrap(edit.replacement()));
      from = Math.toIntExact(edit.end());
    }
    return spliced.concat(body.substring(from));
  }

  /** How many bytes longer the edits make a body. */
  static long growth(List<BodyEdit> edits) {
    long growth = 0;
    for (int i = 0; i < edits.size(); i++) {
      BodyEdit edit = edits.get(i);
      growth += edit.replacement().length - (edit.end() - edit.start());
    }
    return growth;
  }

  ByteString whole() {
    return first;
  }

  /** What the body takes up in memory, until it is dropped. */
  long bytes() {
    return bytes;
  }

  int length() {
    return first.size();
  }

  boolean drained() {
    return offset >= first.size();
  }

  /** The next at most {@link #PIECE_BYTES} bytes; empty when nothing is left. */
  ByteString nextPiece() {
    int end = Math.min(first.size(), offset + PIECE_BYTES);
    ByteString piece = offset == 0 && end == first.size() ? first : first.substring(offset, end);
    offset = end;
    return piece;
  }

  void drop() {
    first = ByteString.EMPTY;
    more = NONE;
    moreCount = 0;
    offset = 0;
    bytes = 0;
  }
}

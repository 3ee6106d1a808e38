package io.igw.extproc.picker;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.igw.runtime.Exchange.BodyEdit;
import java.util.List;

/**
 * One piece of a response body with its edits, which become known while the piece is read slice by
 * slice. Shares the bytes that stay. Confined to one event loop.
 */
final class ResponseSplice {
  private ByteString piece = ByteString.EMPTY;
  private ByteString spliced = ByteString.EMPTY;
  private int taken;
  private int read;

  void start(ByteString next) {
    piece = next;
    spliced = ByteString.EMPTY;
    taken = 0;
    read = 0;
  }

  /** So many more bytes of the piece were read; offsets of the edits count from the first. */
  void read(int length, List<BodyEdit> edits) {
    for (int i = 0; i < edits.size(); i++) {
      BodyEdit edit = edits.get(i);
      spliced = spliced.concat(piece.substring(taken, read + (int) edit.start()));
      spliced = spliced.concat(UnsafeByteOperations.unsafeWrap(edit.replacement()));
      taken = read + (int) edit.end();
    }
    read += length;
  }

  /** The piece as it goes on; the same object if nothing changed. */
  ByteString end() {
    ByteString edited = taken == 0 ? piece : spliced.concat(piece.substring(taken));
    start(ByteString.EMPTY);
    return edited;
  }
}

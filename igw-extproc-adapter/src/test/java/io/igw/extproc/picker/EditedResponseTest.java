package io.igw.extproc.picker;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.ExtProcStream;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.testing.Recorder;
import io.igw.extproc.testing.ScriptedExchange;
import io.igw.runtime.Exchange.BodyEdit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How edits of an exchange reach the client. */
class EditedResponseTest {
  private final ScriptedExchange exchange = new ScriptedExchange();
  private final Recorder replies = new Recorder();
  private final List<RuntimeException> faults = new ArrayList<>();
  private final ExtProcStream stream =
      new ExtProcStream(
          new PickerHandler(loop -> exchange, false, false),
          Runnable::run,
          replies,
          ErrorFormat.OPENAI,
          new StreamEvents() {
            @Override
            public void ignoredAfterEnd() {}

            @Override
            public void fault(RuntimeException cause) {
              faults.add(cause);
            }
          });

  private static BodyEdit edit(int start, int end, String text) {
    return new BodyEdit(start, end, text.getBytes(StandardCharsets.UTF_8));
  }

  private void begin() {
    stream.message(post());
    stream.message(body("{}", true));
    stream.message(responseHeaders(false));
    replies.sent.clear();
  }

  private String passed() {
    StringBuilder all = new StringBuilder();
    replies.sent.forEach(reply ->
        all.append(
            reply
                .getResponseBody()
                .getResponse()
                .getBodyMutation()
                .getStreamedResponse()
                .getBody()
                .toStringUtf8()));
    return all.toString();
  }

  @Test
  void severalEditsOfOnePiece() {
    exchange.pieceEdits = List.of(edit(0, 1, "AA"), edit(2, 2, "-"), edit(3, 5, ""));
    begin();
    stream.message(responseBody("abcde", false));
    assertThat(passed()).isEqualTo("AAb-c");
    assertThat(exchange.responseBytes.toString(StandardCharsets.UTF_8)).isEqualTo("abcde");
  }

  /** Edits count from the bytes that an exchange was given: all that lie together. */
  @Test
  void editsInEveryPartOfAPiece() {
    int part = 64 * 1024 + 10;
    ByteString bytes = ByteString.copyFromUtf8("a".repeat(part));
    exchange.pieceEdits = List.of(edit(1, 2, "!"));
    begin();
    stream.message(responseBody(bytes.concat(bytes), false));
    String passed = passed();
    assertThat(passed).hasSize(2 * part);
    assertThat(passed.indexOf('!')).isEqualTo(1);
    assertThat(passed.lastIndexOf('!')).isEqualTo(part + 1);
    assertThat(passed.chars().filter(c -> c == '!').count()).isEqualTo(2);
  }

  @Test
  void aPieceWithoutEditsIsTheSameObject() {
    ResponseSplice splice = new ResponseSplice();
    ByteString piece = UnsafeByteOperations.unsafeWrap(new byte[] {1, 2, 3});
    splice.start(piece);
    splice.read(3, List.of());
    assertThat(splice.end()).isSameAs(piece);
  }

  /** What fails in the response phase loses sight of it; the client gets the server's bytes. */
  @Test
  void aFaultLetsTheRestPass() {
    exchange.pieceEdits = List.of(edit(1, 99, ""));
    begin();
    stream.message(responseBody("abc", false));
    stream.message(responseBody("def", true));
    assertThat(passed()).isEqualTo("abcdef");
    assertThat(faults).hasSize(1);
    assertThat(exchange.closed.get()).isEqualTo(1);
  }
}

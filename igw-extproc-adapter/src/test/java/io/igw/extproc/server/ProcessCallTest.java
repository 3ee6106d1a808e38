package io.igw.extproc.server;

import static io.igw.extproc.testing.Messages.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.extproc.stream.ErrorFormat;
import io.igw.extproc.stream.StreamEvents;
import io.igw.extproc.stream.StreamHandler;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

/** When a call asks its transport for messages. */
class ProcessCallTest {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final TestCall call = new TestCall();

  /** gRPC says that it takes replies only after the call has begun. */
  @Test
  void theFirstMessageIsReadBeforeTheTransportIsReadyAndWithoutATask() {
    ProcessCall process =
        new ProcessCall(
            call,
            StreamHandler.CONTINUE,
            tasks::add,
            ErrorFormat.OPENAI,
            StreamEvents.NONE,
            new OpenStreams(Limits.defaults(), 1 << 20));
    call.start(process);
    call.ready(0);
    call.send(post().toByteString());

    process.begin();

    assertThat(call.deliver()).isEqualTo(post());
    assertThat(tasks).isEmpty();
  }
}

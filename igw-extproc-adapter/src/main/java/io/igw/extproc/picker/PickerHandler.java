package io.igw.extproc.picker;

import io.igw.extproc.stream.StreamHandler;
import io.igw.extproc.stream.StreamSession;
import io.igw.runtime.Exchange;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Serves picks: one exchange of the runtime per stream. */
public final class PickerHandler implements StreamHandler {
  private final Function<Executor, Exchange> exchanges;
  private final boolean ignoreSubset;
  private final RequestReply reply;

  /**
   * A handler.
   *
   * @param exchanges opens an exchange confined to an event loop
   * @param ignoreSubset whether subset hints count for nothing
   * @param keepControlHeaders whether objective, fairness and the like go on upstream, for a picker
   *     further on
   */
  public PickerHandler(
      Function<Executor, Exchange> exchanges, boolean ignoreSubset, boolean keepControlHeaders) {
    this.exchanges = exchanges;
    this.ignoreSubset = ignoreSubset;
    this.reply = new RequestReply(keepControlHeaders);
  }

  @Override
  public StreamSession open(Executor loop) {
    return new PickerSession(exchanges.apply(loop), reply, ignoreSubset);
  }

  @Override
  public boolean readsRequestBodies() {
    return true;
  }
}

package io.igw.extproc.picker;

import io.igw.extproc.stream.DataPlaneTraits;
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
  private final GatewayProfile gateway;
  private final DataPlaneTraits traits;
  private final boolean marksResponses;

  /** A handler for a generic gateway with fixed body modes. */
  public PickerHandler(
      Function<Executor, Exchange> exchanges, boolean ignoreSubset, boolean keepControlHeaders) {
    this(exchanges, ignoreSubset, keepControlHeaders, GatewayProfile.GENERIC, false);
  }

  /**
   * A handler.
   *
   * @param exchanges opens an exchange confined to an event loop
   * @param ignoreSubset whether subset hints count for nothing
   * @param keepControlHeaders whether objective, fairness and the like go on upstream, for a picker
   *     further on
   * @param gateway what the gateway understands
   * @param negotiates whether a gateway that sends no bodies is asked for those that are needed
   */
  public PickerHandler(
      Function<Executor, Exchange> exchanges,
      boolean ignoreSubset,
      boolean keepControlHeaders,
      GatewayProfile gateway,
      boolean negotiates) {
    this(
        exchanges,
        ignoreSubset,
        new RequestReply(keepControlHeaders, gateway),
        gateway,
        new DataPlaneTraits(gateway.bodyModes(), gateway.reports(), negotiates),
        false);
  }

  private PickerHandler(
      Function<Executor, Exchange> exchanges,
      boolean ignoreSubset,
      RequestReply reply,
      GatewayProfile gateway,
      DataPlaneTraits traits,
      boolean marksResponses) {
    this.exchanges = exchanges;
    this.ignoreSubset = ignoreSubset;
    this.reply = reply;
    this.gateway = gateway;
    this.traits = traits;
    this.marksResponses = marksResponses;
  }

  /** The same handler, which may also leave its mark on every response (rule EPP-61). */
  public PickerHandler markingResponses(boolean marks) {
    return new PickerHandler(exchanges, ignoreSubset, reply, gateway, traits, marks);
  }

  @Override
  public StreamSession open(Executor loop) {
    return new PickerSession(exchanges.apply(loop), reply, ignoreSubset, gateway, marksResponses);
  }

  @Override
  public boolean readsRequestBodies() {
    return true;
  }

  @Override
  public DataPlaneTraits traits() {
    return traits;
  }
}

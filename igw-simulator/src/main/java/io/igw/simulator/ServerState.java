package io.igw.simulator;

import io.igw.spi.RequestParser;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;

/** What the connections of one model server share. Confined to the server's event loop. */
final class ServerState {
  final EngineSettings settings;
  final EngineCounters counters = new EngineCounters();
  final Engine engine;
  final MetricsPage page;
  final OpenAiReader reader;
  final ChannelGroup connections;
  Fault fault = Fault.OK;
  private String hostPort = "";

  ServerState(EngineSettings settings, EventLoop loop, RequestParser parser) {
    this.settings = settings;
    this.engine = new Engine(settings, loop, counters);
    this.page = new MetricsPage(engine, counters, settings);
    this.reader = new OpenAiReader(parser);
    this.connections = new DefaultChannelGroup(loop);
  }

  void fault(Fault value) {
    fault = value;
    engine.slow(value == Fault.SLOW);
  }

  String hostPort() {
    return hostPort;
  }

  void hostPort(String value) {
    hostPort = value;
  }

  /** The document of {@code /v1/models}: the base model and the loaded adapters. */
  String models() {
    StringBuilder out = new StringBuilder("{\"object\":\"list\",\"data\":[");
    model(out, settings.baseModel(), "null");
    String parent = "\"" + OpenAiReply.quoted(settings.baseModel()) + "\"";
    for (String adapter : engine.loadedAdapters()) {
      out.append(',');
      model(out, adapter, parent);
    }
    return out.append("]}").toString();
  }

  private static void model(StringBuilder out, String id, String parent) {
    out.append("{\"id\":\"")
        .append(OpenAiReply.quoted(id))
        .append("\",\"object\":\"model\",\"created\":0,\"owned_by\":\"igw\",\"parent\":")
        .append(parent)
        .append('}');
  }
}

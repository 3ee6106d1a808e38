package io.igw.simulator;

import io.igw.spi.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.BiFunction;

/** What the connections of one model server share. Confined to the server's event loop. */
final class ServerState {
  private static final int GARBAGE_BYTES = 60_000;
  private static final int HUGE_BYTES = 100_000_000;

  final EngineSettings settings;
  final EngineCounters counters = new EngineCounters();
  final Engine engine;
  final MetricsPage page;
  final OpenAiReader reader;
  final ChannelGroup connections;
  Fault fault = Fault.OK;
  private String stale = "";
  private String hostPort = "";

  ServerState(
      EngineSettings settings,
      EventLoop loop,
      RequestParser parser,
      BiFunction<Engine, EngineCounters, MetricsPage> pages) {
    this.settings = settings;
    this.engine = new Engine(settings, loop, counters);
    this.page = pages.apply(engine, counters);
    this.reader = new OpenAiReader(parser);
    this.connections = new DefaultChannelGroup(loop);
  }

  void fault(Fault value) {
    fault = value;
    engine.slow(value == Fault.SLOW);
    stale = "";
  }

  /** The metrics page, or what the fault makes of it. */
  ByteBuf metrics(ByteBufAllocator allocator) {
    return switch (fault) {
      case GARBAGE_METRICS -> garbage(allocator);
      case HUGE_METRICS -> huge();
      case STALE_METRICS -> {
        if (stale.isEmpty()) {
          ByteBuf now = page(allocator);
          stale = now.toString(StandardCharsets.UTF_8);
          now.release();
        }
        yield ByteBufUtil.writeUtf8(allocator, stale);
      }
      default -> page(allocator);
    };
  }

  private ByteBuf page(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(72 << 10);
    page.write(out);
    return out;
  }

  private static ByteBuf garbage(ByteBufAllocator allocator) {
    byte[] bytes = new byte[GARBAGE_BYTES];
    new Random(1).nextBytes(bytes);
    return allocator.buffer(GARBAGE_BYTES).writeBytes(bytes);
  }

  /** One piece of memory, many times over. */
  private static ByteBuf huge() {
    byte[] line =
        "# a comment that goes on and on, as large pages do\n"
            .repeat(20_000)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuf[] pieces = new ByteBuf[HUGE_BYTES / line.length];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = Unpooled.wrappedBuffer(line);
    }
    return Unpooled.wrappedBuffer(pieces.length, pieces);
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

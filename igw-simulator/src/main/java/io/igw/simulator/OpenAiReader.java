package io.igw.simulator;

import io.igw.scheduler.MapParameters;
import io.igw.scheduler.PluginCatalog;
import io.igw.spi.PluginProvider;
import io.igw.spi.RequestParser;
import io.netty.buffer.ByteBuf;

/**
 * Reads bodies with the OpenAI parser of the class path, the one that the picker uses too. One
 * event loop.
 */
public final class OpenAiReader {
  private static final String PARSER = "openai-parser";

  private final RequestParser parser;
  private byte[] copy = new byte[0];

  OpenAiReader(RequestParser parser) {
    this.parser = parser;
  }

  /** The parser; it may be shared by any number of threads. */
  public static RequestParser parser() {
    PluginProvider provider =
        PluginCatalog.load(OpenAiReader.class.getClassLoader()).provider(PARSER);
    if (provider == null) {
      throw new IllegalStateException("plugin " + PARSER + " (expected: on the class path)");
    }
    return (RequestParser) provider.create(new MapParameters(null), new NoContext());
  }

  RequestParser.RequestBody begin(String path) {
    return parser.request(path, name -> null);
  }

  void feed(RequestParser.RequestBody body, ByteBuf content) {
    int length = content.readableBytes();
    if (content.hasArray()) {
      body.feed(content.array(), content.arrayOffset() + content.readerIndex(), length);
      return;
    }
    if (copy.length < length) {
      copy = new byte[Math.max(length, 8192)];
    }
    content.getBytes(content.readerIndex(), copy, 0, length);
    body.feed(copy, 0, length);
  }
}

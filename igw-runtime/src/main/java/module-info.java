/** Turns an EndpointPickerConfig, or its builder, into a running picker. */
module io.igw.runtime {
  requires static org.jspecify;
  requires transitive io.igw.scheduler;
  requires org.slf4j;
  requires com.fasterxml.jackson.core;
  requires org.snakeyaml.engine;
  requires io.netty.common;
  requires io.netty.buffer;
  requires io.netty.transport;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.handler;

  exports io.igw.runtime;

  uses io.igw.spi.PluginProvider;

  provides io.igw.spi.PluginProvider with
      io.igw.runtime.parse.ParserProvider.OpenAi,
      io.igw.runtime.parse.ParserProvider.Passthrough,
      io.igw.runtime.parse.ParserProvider.Anthropic,
      io.igw.runtime.parse.ParserProvider.VllmHttp,
      io.igw.runtime.parse.ParserProvider.SglangHttp,
      io.igw.runtime.parse.ParserProvider.VertexAi,
      io.igw.runtime.parse.ParserProvider.VllmGrpc,
      io.igw.runtime.discovery.FileDiscoveryProvider,
      io.igw.runtime.metrics.CoreMetricsExtractorProvider,
      io.igw.runtime.metrics.MetricsSourceProvider,
      io.igw.runtime.session.FileSessionStoreProvider;
}

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
  requires io.netty.codec.http;

  exports io.igw.runtime;

  uses io.igw.spi.PluginProvider;

  provides io.igw.spi.PluginProvider with
      io.igw.runtime.parse.ParserProvider.OpenAi,
      io.igw.runtime.parse.ParserProvider.Passthrough,
      io.igw.runtime.metrics.CoreMetricsExtractorProvider;
}

/** Plain model servers for the demo and the end-to-end tests. */
module io.igw.simulator {
  requires static org.jspecify;
  requires transitive io.igw.runtime;
  requires io.netty.common;
  requires io.netty.buffer;
  requires io.netty.transport;
  requires io.netty.codec;
  requires io.netty.codec.http;

  exports io.igw.simulator;
  exports io.igw.simulator.envoy;

  uses io.igw.spi.PluginProvider;
}

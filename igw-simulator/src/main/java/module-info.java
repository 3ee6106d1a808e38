/** Plain model servers, a real Envoy in front of a picker, and the demo that plays both. */
module io.igw.simulator {
  requires static org.jspecify;
  requires transitive io.igw.runtime;
  requires io.netty.common;
  requires io.netty.buffer;
  requires io.netty.transport;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires info.picocli;

  exports io.igw.simulator;
  exports io.igw.simulator.demo;
  exports io.igw.simulator.envoy;

  opens io.igw.simulator.demo to
      info.picocli;

  uses io.igw.spi.PluginProvider;
  uses io.igw.simulator.demo.DemoGateway;

  provides java.util.spi.ToolProvider with
      io.igw.simulator.demo.DemoTool;
}

/** Plain model servers, a real Envoy in front of a picker, and the demo that plays both. */
module io.igw.simulator {
  requires static org.jspecify;
  requires transitive io.igw.runtime;
  requires com.fasterxml.jackson.core;
  requires io.netty.common;
  requires io.netty.buffer;
  requires io.netty.transport;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires info.picocli;
  requires org.jline;

  exports io.igw.simulator;
  exports io.igw.simulator.demo;
  exports io.igw.simulator.envoy;

  opens io.igw.simulator.demo to
      info.picocli;
  opens io.igw.simulator.servers to
      info.picocli;
  opens io.igw.simulator.virtual to
      info.picocli;

  uses io.igw.spi.PluginProvider;
  uses io.igw.simulator.demo.DemoGateway;

  provides java.util.spi.ToolProvider with
      io.igw.simulator.demo.DemoTool,
      io.igw.simulator.servers.ServersTool,
      io.igw.simulator.virtual.SimulateTool;
}

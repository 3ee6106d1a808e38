/** Preference for endpoints that serve, or can load, the requested adapter. */
module io.igw.plugins.lora {
  requires static org.jspecify;
  requires transitive io.igw.api;

  exports io.igw.plugins.lora;

  provides io.igw.spi.PluginProvider with
      io.igw.plugins.lora.LoraAffinityProvider;
}

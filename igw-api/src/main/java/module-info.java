/** The nouns of a scheduling decision and the SPI that plugins implement. */
module io.igw.api {
  requires static org.jspecify;

  exports io.igw.api;
  exports io.igw.spi;

  uses io.igw.spi.PluginProvider;
}

/** Prefix-cache awareness: which endpoint holds how much of a prompt. */
module io.igw.plugins.prefix {
  requires static org.jspecify;
  requires transitive io.igw.api;

  exports io.igw.plugins.prefix;

  provides io.igw.spi.PluginProvider with
      io.igw.plugins.prefix.ApproxPrefixCacheProvider,
      io.igw.plugins.prefix.PrefixCacheScorerProvider;
}

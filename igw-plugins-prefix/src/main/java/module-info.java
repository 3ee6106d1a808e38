/** Prefix-cache awareness: which endpoint holds how much of a prompt. */
module io.igw.plugins.prefix {
  requires static org.jspecify;
  requires transitive io.igw.api;

  exports io.igw.plugins.prefix;

  provides io.igw.spi.PluginProvider with
      io.igw.plugins.prefix.PrefixProviders.Approx,
      io.igw.plugins.prefix.PrefixProviders.MulticlusterApprox,
      io.igw.plugins.prefix.PrefixProviders.Burst,
      io.igw.plugins.prefix.PrefixProviders.MmEmbeddings,
      io.igw.plugins.prefix.PrefixProviders.Scorer,
      io.igw.plugins.prefix.PrefixProviders.MulticlusterScorer,
      io.igw.plugins.prefix.PrefixProviders.P2pSource;
}

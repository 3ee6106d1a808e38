/**
 * The lock-free core: endpoint snapshots, the scheduling cycle, profiles, built-in plugins,
 * admission.
 */
module io.igw.scheduler {
  requires static org.jspecify;
  requires transitive io.igw.api;
  requires org.jctools.core.jdk11;

  exports io.igw.scheduler;

  uses io.igw.spi.PluginProvider;
}

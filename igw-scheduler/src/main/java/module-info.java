/**
 * The lock-free core: endpoint snapshots, the scheduling cycle, profiles, built-in plugins,
 * admission.
 */
module io.igw.scheduler {
  requires static org.jspecify;
  requires transitive io.igw.api;
  requires org.jctools.core.jdk11;

  exports io.igw.scheduler;
  exports io.igw.scheduler.filters;
  exports io.igw.scheduler.plugins;

  uses io.igw.spi.PluginProvider;

  provides io.igw.spi.PluginProvider with
      io.igw.scheduler.plugins.BuiltInProvider.QueueScorer,
      io.igw.scheduler.plugins.BuiltInProvider.RunningRequestsScorer,
      io.igw.scheduler.plugins.BuiltInProvider.KvCacheUtilizationScorer,
      io.igw.scheduler.plugins.BuiltInProvider.ActiveRequests,
      io.igw.scheduler.plugins.BuiltInProvider.TokenLoad,
      io.igw.scheduler.plugins.BuiltInProvider.MaxScore,
      io.igw.scheduler.plugins.BuiltInProvider.Random,
      io.igw.scheduler.plugins.BuiltInProvider.WeightedRandom,
      io.igw.scheduler.plugins.BuiltInProvider.SingleProfile,
      io.igw.scheduler.plugins.BuiltInProvider.Utilization,
      io.igw.scheduler.plugins.BuiltInProvider.InFlightLoad,
      io.igw.scheduler.plugins.BuiltInProvider.Tokens,
      io.igw.scheduler.filters.LabelFilterProvider.Selector,
      io.igw.scheduler.filters.LabelFilterProvider.BySelector,
      io.igw.scheduler.filters.LabelFilterProvider.ByLabel,
      io.igw.scheduler.filters.LabelFilterProvider.Decode,
      io.igw.scheduler.filters.LabelFilterProvider.Prefill,
      io.igw.scheduler.filters.LabelFilterProvider.Encode;
}

/**
 * The lock-free core: endpoint snapshots, the scheduling cycle, profiles, built-in plugins,
 * admission.
 */
module io.igw.scheduler {
  requires static org.jspecify;
  requires transitive io.igw.api;
  requires org.jctools.core.jdk11;

  exports io.igw.scheduler;
  exports io.igw.scheduler.admission;
  exports io.igw.scheduler.responses;
  exports io.igw.scheduler.filters;
  exports io.igw.scheduler.handlers;
  exports io.igw.scheduler.plugins;
  exports io.igw.scheduler.scorers;
  exports io.igw.scheduler.session;

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
      io.igw.scheduler.plugins.BuiltInProvider.Tokenizer,
      io.igw.scheduler.filters.LabelFilterProvider.Selector,
      io.igw.scheduler.filters.LabelFilterProvider.BySelector,
      io.igw.scheduler.filters.LabelFilterProvider.ByLabel,
      io.igw.scheduler.filters.LabelFilterProvider.Decode,
      io.igw.scheduler.filters.LabelFilterProvider.Prefill,
      io.igw.scheduler.filters.LabelFilterProvider.Encode,
      io.igw.scheduler.filters.FilterProviders.EndpointAttribute,
      io.igw.scheduler.filters.FilterProviders.UtilizationLimits,
      io.igw.scheduler.filters.FilterProviders.PrefixCacheAffinity,
      io.igw.scheduler.filters.FilterProviders.SloHeadroomTier,
      io.igw.scheduler.filters.FilterProviders.TopologyAffinity,
      io.igw.scheduler.filters.FilterProviders.HeaderTesting,
      io.igw.scheduler.filters.FilterProviders.ContextLength,
      io.igw.scheduler.filters.FilterProviders.Concurrency,
      io.igw.scheduler.scorers.ScorerProviders.LoadAware,
      io.igw.scheduler.scorers.ScorerProviders.EndpointAttribute,
      io.igw.scheduler.scorers.ScorerProviders.HeaderLabelAffinity,
      io.igw.scheduler.scorers.ScorerProviders.TopologyAffinity,
      io.igw.scheduler.scorers.ScorerProviders.MmEmbeddingsCache,
      io.igw.scheduler.scorers.ScorerProviders.NoHitLru,
      io.igw.scheduler.scorers.ScorerProviders.Latency,
      io.igw.scheduler.scorers.ScorerProviders.MulticlusterQueue,
      io.igw.scheduler.scorers.ScorerProviders.MulticlusterKvCache,
      io.igw.scheduler.session.SessionProviders.AffinityFilter,
      io.igw.scheduler.session.SessionProviders.MulticlusterAffinityFilter,
      io.igw.scheduler.session.SessionProviders.AffinityScorer,
      io.igw.scheduler.session.SessionProviders.SessionId,
      io.igw.scheduler.session.SessionProviders.Agent,
      io.igw.scheduler.admission.AdmissionProviders.Probabilistic,
      io.igw.scheduler.admission.AdmissionProviders.LatencySlo,
      io.igw.scheduler.admission.AdmissionProviders.Quotas,
      io.igw.scheduler.admission.AdmissionProviders.Outliers,
      io.igw.scheduler.admission.AdmissionProviders.Rollout,
      io.igw.scheduler.responses.ResponseProviders.Served,
      io.igw.scheduler.handlers.HandlerProviders.HeaderProfile,
      io.igw.scheduler.handlers.HandlerProviders.DataParallel;
}

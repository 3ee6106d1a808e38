/** Scheduling policies of other systems and of the literature, to compare with. */
module io.igw.plugins.policies {
  requires static org.jspecify;
  requires transitive io.igw.api;

  exports io.igw.plugins.policies;

  provides io.igw.spi.PluginProvider with
      io.igw.plugins.policies.PolicyProviders.RoundRobin,
      io.igw.plugins.policies.PolicyProviders.PowerOfTwo,
      io.igw.plugins.policies.PolicyProviders.LeastRequest,
      io.igw.plugins.policies.PolicyProviders.SglangThresholds,
      io.igw.plugins.policies.PolicyProviders.DynamoLinear,
      io.igw.plugins.policies.PolicyProviders.Lmetric,
      io.igw.plugins.policies.PolicyProviders.LeastLoad,
      io.igw.plugins.policies.PolicyProviders.PrefillTime;
}

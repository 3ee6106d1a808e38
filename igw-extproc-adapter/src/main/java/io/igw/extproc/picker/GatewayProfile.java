package io.igw.extproc.picker;

import static io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode.BUFFERED;
import static io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.igw.extproc.stream.DataPlaneTraits.Reports;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway understands and does, as far as a picker has to know (epp-protocol.md 6): one
 * record per gateway, and no branch anywhere by its name.
 *
 * @param name value of {@code --gateway-profile}
 * @param leastDestinations endpoints that a pick names at least, while there are so many candidates
 * @param mostDestinations endpoints that the destination may list at most; 1: the gateway reads one
 *     address (rule EPP-40)
 * @param bodyModes body modes that the gateway is known to use
 * @param reports whether it tells of responses, which end the lease
 * @param tellsServed whether it reports the endpoint that served (rule EPP-12)
 * @param showsErrors whether its clients see the picker's error bodies
 * @param timeout how long it waits for an answer
 * @param pickNamespace metadata namespace of the pick and of the endpoint that served
 * @param subsetNamespace metadata namespace of the subset hint
 */
public record GatewayProfile(
    String name,
    int leastDestinations,
    int mostDestinations,
    Set<BodySendMode> bodyModes,
    Reports reports,
    boolean tellsServed,
    boolean showsErrors,
    Duration timeout,
    String pickNamespace,
    String subsetNamespace) {
  private static final String PICK = "envoy.lb";
  private static final String SUBSET = "envoy.lb.subset_hint";
  private static final Set<BodySendMode> ANY =
      EnumSet.complementOf(EnumSet.of(BodySendMode.UNRECOGNIZED));

  /** A longer list costs more header than its last entries are worth. */
  private static final int LONGEST_LIST = 8;

  private static final List<GatewayProfile> TABLE =
      List.of(
          row("generic", 1, 1, ANY, Reports.AS_ANNOUNCED, true, true, 10),
          row("envoy-override-host", 2, LONGEST_LIST, ANY, Reports.ALWAYS, true, true, 1000),
          row("istio", 2, LONGEST_LIST, ANY, Reports.ALWAYS, true, true, 1000),
          row("agentgateway", 1, 1, ANY, Reports.ALWAYS, true, true, 300),
          row(
              "envoy-ai-gateway",
              1,
              1,
              EnumSet.of(FULL_DUPLEX_STREAMED, BUFFERED),
              Reports.ALWAYS,
              false,
              true,
              300),
          row("ngf", 1, 1, EnumSet.of(FULL_DUPLEX_STREAMED), Reports.NEVER, false, false, 60));

  /** Any gateway that keeps to the protocol. */
  public static final GatewayProfile GENERIC = TABLE.get(0);

  private static GatewayProfile row(
      String name,
      int leastDestinations,
      int mostDestinations,
      Set<BodySendMode> bodyModes,
      Reports reports,
      boolean tellsServed,
      boolean showsErrors,
      int timeoutSeconds) {
    return new GatewayProfile(
        name,
        leastDestinations,
        mostDestinations,
        bodyModes,
        reports,
        tellsServed,
        showsErrors,
        Duration.ofSeconds(timeoutSeconds),
        PICK,
        SUBSET);
  }

  /** The names on the command line. */
  public static List<String> names() {
    return TABLE.stream().map(GatewayProfile::name).toList();
  }

  /** The profile with this name, null if there is none. */
  public static @Nullable GatewayProfile named(String name) {
    return TABLE.stream().filter(p -> p.name().equals(name)).findFirst().orElse(null);
  }

  /** The same gateway with other metadata namespaces. */
  public GatewayProfile withNamespaces(String pick, String subset) {
    return new GatewayProfile(
        name,
        leastDestinations,
        mostDestinations,
        bodyModes,
        reports,
        tellsServed,
        showsErrors,
        timeout,
        pick,
        subset);
  }

  /** What is wrong where requests may wait so long, null if nothing (rule EPP-66). */
  public @Nullable String tooLong(Duration wait) {
    return wait.compareTo(timeout) < 0
        ? null
        : "requests may wait %d ms for plugins: %s gives up after %d ms, and is asked for no more"
            .formatted(wait.toMillis(), name, timeout.toMillis());
  }

  /** What the operator should know about this gateway, one line each; usually nothing. */
  public List<String> notes() {
    return showsErrors
        ? List.of()
        : List.of(
            "clients behind "
                + name
                + " do not see the picker's errors: a request that is refused may be forwarded");
  }
}

package io.igw.simulator.envoy;

import java.util.List;
import java.util.function.Consumer;

/**
 * The bootstrap of an Envoy that asks a picker over ext-proc and sends each request where the
 * destination header says. Immutable.
 *
 * <p>A destination header of the client is removed before the picker is asked, and the filter fails
 * closed unless told otherwise: with an ORIGINAL_DST cluster Envoy would otherwise dial whatever
 * the client names (ext-proc.md 11).
 *
 * @param listenerPort port for clients
 * @param adminPort port of the admin interface
 * @param pickerHost address of the ext-proc server, no name
 * @param pickerPort its port; 0: there is none, for comparison
 * @param tlsToPicker TLS without verification, as for a self-signed picker; false: plaintext
 * @param messageTimeout how long Envoy waits for each answer of the picker, in seconds
 * @param requestBodyMode body mode of ext-proc for requests, such as {@code STREAMED}
 * @param responseBodyMode the same for responses
 * @param modeOverride whether the picker may ask for other body modes
 * @param without what becomes of requests that the picker does not answer
 * @param hosts {@code host:port} of the model servers for an override-host policy, which walks a
 *     list of destinations when it retries and tells which one served; empty: whatever the
 *     destination header says is dialled
 * @param subsetHeader request header whose value becomes the subset hint (ext-proc.md 5); empty:
 *     requests carry none
 */
public record EnvoyBootstrap(
    int listenerPort,
    int adminPort,
    String pickerHost,
    int pickerPort,
    boolean tlsToPicker,
    int messageTimeout,
    String requestBodyMode,
    String responseBodyMode,
    boolean modeOverride,
    WithoutAnswer without,
    List<String> hosts,
    String subsetHeader) {
  /** What becomes of requests that the picker does not answer. */
  public enum WithoutAnswer {
    /** The client gets an error. */
    FAILS,
    /** They go on as if there were no picker ({@code failure_mode_allow}). */
    PASSES,
    /** The same, and nothing that the picker says counts either ({@code observability_mode}). */
    OBSERVED
  }

  private static final String DUPLEX = "FULL_DUPLEX_STREAMED";
  private static final int LONG_TIMEOUT_SECONDS = 600;

  /** With a plaintext picker and long timeouts. */
  public static EnvoyBootstrap of(int listenerPort, int adminPort, int pickerPort) {
    return new EnvoyBootstrap(
        listenerPort,
        adminPort,
        "127.0.0.1",
        pickerPort,
        false,
        LONG_TIMEOUT_SECONDS,
        DUPLEX,
        DUPLEX,
        false,
        WithoutAnswer.FAILS,
        List.of(),
        "");
  }

  /** With a picker elsewhere. */
  public EnvoyBootstrap withPickerHost(String host) {
    return with(copy -> copy.pickerHost = host);
  }

  /** With TLS to the picker, or without. */
  public EnvoyBootstrap withTls(boolean tls) {
    return with(copy -> copy.tlsToPicker = tls);
  }

  /** With another timeout for each answer of the picker. */
  public EnvoyBootstrap withMessageTimeout(int seconds) {
    return with(copy -> copy.messageTimeout = seconds);
  }

  /** With other body modes. */
  public EnvoyBootstrap withBodyModes(String request, String response) {
    return withModes(request, response, false);
  }

  /**
   * Without bodies, unless the picker asks for them (ext-proc.md 9.3): for Envoy 1.40 and newer,
   * and a picker with {@code --body-modes=negotiated}.
   */
  public EnvoyBootstrap withNegotiatedModes() {
    return withModes("NONE", "NONE", true);
  }

  private EnvoyBootstrap withModes(String request, String response, boolean override) {
    return with(copy -> {
      copy.requestBodyMode = request;
      copy.responseBodyMode = response;
      copy.modeOverride = override;
    });
  }

  /**
   * Requests go on where the picker fails. An override-host policy then chooses among its hosts;
   * without one there is nowhere to go.
   */
  public EnvoyBootstrap withFailOpen() {
    return with(copy -> copy.without = WithoutAnswer.PASSES);
  }

  /**
   * The picker only watches (ext-proc.md 9.5), with bodies in pieces: Envoy sends no others. As
   * with {@link #withFailOpen}, an override-host policy chooses.
   */
  public EnvoyBootstrap withObservability() {
    return with(copy -> {
      copy.without = WithoutAnswer.OBSERVED;
      copy.requestBodyMode = "STREAMED";
      copy.responseBodyMode = "STREAMED";
    });
  }

  /** With an override-host policy over these model servers, and retries. */
  public EnvoyBootstrap withOverrideHost(List<String> servers) {
    return with(copy -> copy.hosts = List.copyOf(servers));
  }

  /**
   * With a subset hint for requests that carry this header: a list of {@code ip:port} with commas.
   * The header itself goes no further.
   */
  public EnvoyBootstrap withSubsetHeader(String header) {
    return with(copy -> copy.subsetHeader = header);
  }

  private EnvoyBootstrap with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.bootstrap();
  }

  /** The components, to be changed. */
  private static final class Copy {
    private final int listenerPort;
    private final int adminPort;
    private String pickerHost;
    private final int pickerPort;
    private boolean tlsToPicker;
    private int messageTimeout;
    private String requestBodyMode;
    private String responseBodyMode;
    private boolean modeOverride;
    private WithoutAnswer without;
    private List<String> hosts;
    private String subsetHeader;

    Copy(EnvoyBootstrap from) {
      listenerPort = from.listenerPort;
      adminPort = from.adminPort;
      pickerHost = from.pickerHost;
      pickerPort = from.pickerPort;
      tlsToPicker = from.tlsToPicker;
      messageTimeout = from.messageTimeout;
      requestBodyMode = from.requestBodyMode;
      responseBodyMode = from.responseBodyMode;
      modeOverride = from.modeOverride;
      without = from.without;
      hosts = from.hosts;
      subsetHeader = from.subsetHeader;
    }

    EnvoyBootstrap bootstrap() {
      return new EnvoyBootstrap(
          listenerPort,
          adminPort,
          pickerHost,
          pickerPort,
          tlsToPicker,
          messageTimeout,
          requestBodyMode,
          responseBodyMode,
          modeOverride,
          without,
          hosts,
          subsetHeader);
    }
  }

  /** The bootstrap; its file must be named {@code .yaml}, else Envoy reads it as JSON. */
  public String yaml() {
    return TEMPLATE
        .replace("@SUBSET@", subsetHeader.isEmpty() ? "" : SUBSET)
        .replace("@SUBSET_HEADER@", subsetHeader)
        .replace("@FILTER@", pickerPort == 0 ? "" : FILTER)
        .replace("@CLUSTER@", hosts.isEmpty() ? ORIGINAL_DST : overrideHost())
        .replace("@RETRIES@", hosts.isEmpty() ? "" : RETRIES)
        .replace("@LISTENER_PORT@", Integer.toString(listenerPort))
        .replace("@ADMIN_PORT@", Integer.toString(adminPort))
        .replace("@PICKER_HOST@", pickerHost)
        .replace("@PICKER_PORT@", Integer.toString(pickerPort))
        .replace("@REQUEST_MODE@", requestBodyMode)
        .replace("@RESPONSE_MODE@", responseBodyMode)
        .replace("@MODE_OVERRIDE@", Boolean.toString(modeOverride))
        .replace("@FAIL_OPEN@", Boolean.toString(without != WithoutAnswer.FAILS))
        .replace("@OBSERVED@", Boolean.toString(without == WithoutAnswer.OBSERVED))
        .replace("@MESSAGE_TIMEOUT@", Integer.toString(messageTimeout))
        .replace("@TLS@", tlsToPicker ? TLS : "");
  }

  private String overrideHost() {
    StringBuilder endpoints = new StringBuilder();
    for (String host : hosts) {
      int colon = host.lastIndexOf(':');
      endpoints
          .append("                - endpoint: {address: {socket_address: {address: ")
          .append(host, 0, colon)
          .append(", port_value: ")
          .append(host.substring(colon + 1))
          .append("}}}\n");
    }
    return OVERRIDE_HOST + endpoints;
  }

  private static final String FILTER =
      """
                        - name: envoy.filters.http.ext_proc
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
                            grpc_service:
                              envoy_grpc:
                                cluster_name: picker
                                authority: localhost:@PICKER_PORT@
                              timeout: 600s
                            failure_mode_allow: @FAIL_OPEN@
                            observability_mode: @OBSERVED@
                            allow_mode_override: @MODE_OVERRIDE@
                            processing_mode:
                              request_header_mode: SEND
                              response_header_mode: SEND
                              request_body_mode: @REQUEST_MODE@
                              response_body_mode: @RESPONSE_MODE@
                              request_trailer_mode: SEND
                              response_trailer_mode: SEND
                            message_timeout: @MESSAGE_TIMEOUT@s
                            metadata_options:
                              forwarding_namespaces:
                                untyped: [envoy.lb, envoy.lb.subset_hint]
                              receiving_namespaces:
                                untyped: [envoy.lb]
      """;

  private static final String SUBSET =
      """
                        - name: envoy.filters.http.header_to_metadata
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.header_to_metadata.v3.Config
                            request_rules:
                              - header: "@SUBSET_HEADER@"
                                on_header_present:
                                  metadata_namespace: envoy.lb.subset_hint
                                  key: x-gateway-destination-endpoint-subset
                                  type: STRING
                                remove: true
      """;

  private static final String RETRIES =
      """
                                  retry_policy:
                                    retry_on: connect-failure,refused-stream
                                    num_retries: 2
      """;

  private static final String ORIGINAL_DST =
      """
            type: ORIGINAL_DST
            lb_policy: CLUSTER_PROVIDED
            original_dst_lb_config:
              use_http_header: true
              http_header_name: x-gateway-destination-endpoint
      """;

  private static final String OVERRIDE_HOST =
      """
            type: STATIC
            load_balancing_policy:
              policies:
                - typed_extension_config:
                    name: envoy.load_balancing_policies.override_host
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost
                      override_host_sources:
                        - header: x-gateway-destination-endpoint
                      selected_host_key:
                        key: envoy.lb
                        path: [{ key: x-gateway-destination-endpoint-served }]
                      fallback_policy:
                        policies:
                          - typed_extension_config:
                              name: envoy.load_balancing_policies.round_robin
                              typed_config:
                                "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin
            load_assignment:
              cluster_name: model-servers
              endpoints:
              - lb_endpoints:
      """;

  private static final String TLS =
      """
            transport_socket:
              name: envoy.transport_sockets.tls
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                common_tls_context:
                  alpn_protocols: [h2]
                  validation_context:
                    trust_chain_verification: ACCEPT_UNTRUSTED
      """;

  private static final String TEMPLATE =
      """
      admin:
        address:
          socket_address: { address: 127.0.0.1, port_value: @ADMIN_PORT@ }
      static_resources:
        listeners:
          - name: inference
            address:
              socket_address: { address: 127.0.0.1, port_value: @LISTENER_PORT@ }
            per_connection_buffer_limit_bytes: 1048576
            filter_chains:
              - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: inference
                      stream_idle_timeout: 600s
                      common_http_protocol_options: { max_headers_count: 200 }
                      route_config:
                        name: inference
                        virtual_hosts:
                          - name: inference
                            domains: ["*"]
                            routes:
                              - match: { prefix: "/" }
                                route:
                                  cluster: model-servers
                                  timeout: 600s
                                  idle_timeout: 600s
      @RETRIES@                http_filters:
                        - name: envoy.filters.http.header_mutation
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
                            mutations:
                              request_mutations:
                                - remove: x-gateway-destination-endpoint
      @SUBSET@@FILTER@                  - name: envoy.filters.http.router
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        clusters:
          - name: picker
            type: STATIC
            connect_timeout: 5s
            lb_policy: ROUND_ROBIN
            circuit_breakers:
              thresholds:
                - { max_connections: 40000, max_pending_requests: 40000, max_requests: 40000 }
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config:
                  http2_protocol_options: {}
            load_assignment:
              cluster_name: picker
              endpoints:
                - lb_endpoints:
                    - endpoint:
                        address:
                          socket_address: { address: "@PICKER_HOST@", port_value: @PICKER_PORT@ }
      @TLS@    - name: model-servers
            connect_timeout: 5s
            circuit_breakers:
              thresholds:
                - max_connections: 40000
                  max_pending_requests: 40000
                  max_requests: 40000
                  max_retries: 100
      @CLUSTER@\
      """;
}

package io.igw.simulator.envoy;

/**
 * The bootstrap of an Envoy that asks a picker over ext-proc and sends each request where the
 * destination header says. Immutable.
 *
 * <p>A destination header of the client is removed before the picker is asked, and the filter fails
 * closed: with an ORIGINAL_DST cluster Envoy would otherwise dial whatever the client names
 * (ext-proc.md 11).
 *
 * @param listenerPort port for clients
 * @param adminPort port of the admin interface
 * @param pickerPort port of the ext-proc server
 * @param tlsToPicker TLS without verification, as for a self-signed picker; false: plaintext
 * @param messageTimeout how long Envoy waits for each answer of the picker, in seconds
 */
public record EnvoyBootstrap(
    int listenerPort, int adminPort, int pickerPort, boolean tlsToPicker, int messageTimeout) {
  private static final int LONG_TIMEOUT_SECONDS = 600;

  /** With a plaintext picker and long timeouts. */
  public static EnvoyBootstrap of(int listenerPort, int adminPort, int pickerPort) {
    return new EnvoyBootstrap(listenerPort, adminPort, pickerPort, false, LONG_TIMEOUT_SECONDS);
  }

  /** With TLS to the picker, or without. */
  public EnvoyBootstrap withTls(boolean tls) {
    return new EnvoyBootstrap(listenerPort, adminPort, pickerPort, tls, messageTimeout);
  }

  /** With another timeout for each answer of the picker. */
  public EnvoyBootstrap withMessageTimeout(int seconds) {
    return new EnvoyBootstrap(listenerPort, adminPort, pickerPort, tlsToPicker, seconds);
  }

  /** The bootstrap; its file must be named {@code .yaml}, else Envoy reads it as JSON. */
  public String yaml() {
    return TEMPLATE
        .replace("@LISTENER_PORT@", Integer.toString(listenerPort))
        .replace("@ADMIN_PORT@", Integer.toString(adminPort))
        .replace("@PICKER_PORT@", Integer.toString(pickerPort))
        .replace("@MESSAGE_TIMEOUT@", Integer.toString(messageTimeout))
        .replace("@TLS@", tlsToPicker ? TLS : "");
  }

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
                      http_filters:
                        - name: envoy.filters.http.header_mutation
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
                            mutations:
                              request_mutations:
                                - remove: x-gateway-destination-endpoint
                        - name: envoy.filters.http.ext_proc
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
                            grpc_service:
                              envoy_grpc:
                                cluster_name: picker
                                authority: localhost:@PICKER_PORT@
                              timeout: 600s
                            failure_mode_allow: false
                            processing_mode:
                              request_header_mode: SEND
                              response_header_mode: SEND
                              request_body_mode: FULL_DUPLEX_STREAMED
                              response_body_mode: FULL_DUPLEX_STREAMED
                              request_trailer_mode: SEND
                              response_trailer_mode: SEND
                            message_timeout: @MESSAGE_TIMEOUT@s
                            metadata_options:
                              forwarding_namespaces:
                                untyped: [envoy.lb, envoy.lb.subset_hint]
                              receiving_namespaces:
                                untyped: [envoy.lb]
                        - name: envoy.filters.http.router
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
                          socket_address: { address: 127.0.0.1, port_value: @PICKER_PORT@ }
      @TLS@    - name: model-servers
            type: ORIGINAL_DST
            connect_timeout: 5s
            lb_policy: CLUSTER_PROVIDED
            circuit_breakers:
              thresholds:
                - max_connections: 40000
                  max_pending_requests: 40000
                  max_requests: 40000
                  max_retries: 100
            original_dst_lb_config:
              use_http_header: true
              http_header_name: x-gateway-destination-endpoint
      """;
}

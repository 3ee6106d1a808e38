package io.igw.api;

import java.util.Map;

/** An endpoint without a pool. */
record PlainEndpoint(
    EndpointId id,
    String host,
    int port,
    String hostPort,
    int rank,
    Map<String, String> labels,
    int slot,
    int generation)
    implements Endpoint {}

package io.igw.extproc.picker;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.igw.api.Decision;
import io.igw.api.Endpoint;
import io.igw.api.ScoredEndpoint;
import io.igw.extproc.stream.Answers;
import io.igw.extproc.stream.RequestEdits;
import io.igw.runtime.ControlHeaders;
import io.igw.runtime.Exchange.BodyEdit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Turns a decision into the edits of the request: the destination as header and as dynamic metadata
 * with the same value, plugin headers, and the removal of every control and routing header that the
 * picker does not set (rules EPP-36 to EPP-47).
 *
 * <p><b>Threading.</b> Any thread.
 *
 * <p><b>Cost.</b> A reply that names only a destination is built once per destination and kept.
 */
final class RequestReply {
  static final String DESTINATION = "x-gateway-destination-endpoint";

  private static final String SCORES = "x-gateway-destination-endpoint-scores";
  private static final int KEPT_REPLIES = 4096;

  private final String pickNamespace;
  private final int most;
  private final List<String> removed;
  private final HeaderMutation removals;
  private final Map<String, RequestEdits> byDestination = new ConcurrentHashMap<>();

  RequestReply(boolean keepControlHeaders, GatewayProfile gateway) {
    this.pickNamespace = gateway.pickNamespace();
    this.most = gateway.mostDestinations();
    this.removed =
        keepControlHeaders
            ? ControlHeaders.ROUTING
            : Stream.concat(ControlHeaders.ROUTING.stream(), ControlHeaders.CONTROL.stream())
                .toList();
    this.removals = removals(Set.of());
  }

  /** Names go in as bytes: a reply that is kept does not encode them anew each time. */
  private HeaderMutation removals(Set<String> but) {
    HeaderMutation.Builder removals = HeaderMutation.newBuilder();
    for (String name : removed) {
      if (!but.contains(name)) {
        removals.addRemoveHeadersBytes(ByteString.copyFromUtf8(name));
      }
    }
    return removals.build();
  }

  RequestEdits edits(
      Decision decision, Map<String, String> upstreamHeaders, List<BodyEdit> bodyEdits) {
    String destination = destination(decision);
    RequestEdits plain = byDestination.get(destination);
    if (plain == null) {
      plain = plain(destination);
    }
    boolean scored = !decision.scores().isEmpty();
    if (upstreamHeaders.isEmpty() && bodyEdits.isEmpty() && !scored) {
      return plain;
    }
    return new RequestEdits(
        upstreamHeaders.isEmpty() ? plain.headers() : headers(destination, upstreamHeaders),
        scored ? metadata(pick(destination, decision.scores())) : plain.metadata(),
        true,
        bodyEdits);
  }

  /** Best first, no more than the gateway can walk (rules EPP-8 and EPP-40). */
  private String destination(Decision decision) {
    String first = decision.destination();
    List<Endpoint> fallbacks = decision.fallbacks();
    if (most == 1 || fallbacks.isEmpty() || decision.destinationPort() != 0) {
      return first;
    }
    StringBuilder list = new StringBuilder(first);
    for (int i = 0; i < Math.min(most - 1, fallbacks.size()); i++) {
      list.append(',').append(fallbacks.get(i).hostPort());
    }
    return list.toString();
  }

  private RequestEdits plain(String destination) {
    RequestEdits plain =
        new RequestEdits(
                headers(destination, Map.of()),
                metadata(pick(destination, List.of())),
                true,
                List.of())
            .kept();
    if (byDestination.size() >= KEPT_REPLIES) {
      byDestination.clear();
    }
    byDestination.put(destination, plain);
    return plain;
  }

  private Struct metadata(Struct pick) {
    return Struct.newBuilder()
        .putFields(pickNamespace, Value.newBuilder().setStructValue(pick).build())
        .build();
  }

  /** The destination, and where there are any the scores by address (ext-proc.md 5.4). */
  private static Struct pick(String destination, List<ScoredEndpoint> scores) {
    Struct.Builder pick =
        Struct.newBuilder()
            .putFields(DESTINATION, Value.newBuilder().setStringValue(destination).build());
    if (!scores.isEmpty()) {
      Struct.Builder byAddress = Struct.newBuilder();
      for (ScoredEndpoint scored : scores) {
        byAddress.putFields(
            scored.endpoint().hostPort(),
            Value.newBuilder().setNumberValue(scored.score()).build());
      }
      pick.putFields(SCORES, Value.newBuilder().setStructValue(byAddress).build());
    }
    return pick.build();
  }

  private HeaderMutation headers(String destination, Map<String, String> upstreamHeaders) {
    HeaderMutation.Builder headers = HeaderMutation.newBuilder();
    headers.addSetHeaders(Answers.set(DESTINATION, ByteString.copyFromUtf8(destination)));
    Set<String> names = new HashSet<>();
    boolean setsRemoved = false;
    for (Map.Entry<String, String> header : upstreamHeaders.entrySet()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      // An empty value would not clear the header everywhere (EPP-47), and pseudo-headers or the
      // destination are not a plugin's to set.
      if (!header.getValue().isEmpty() && !name.startsWith(":") && !name.equals(DESTINATION)) {
        names.add(name);
        setsRemoved |= removed.contains(name);
        headers.addSetHeaders(Answers.set(name, header.getValue()));
      }
    }
    return headers.mergeFrom(setsRemoved ? removals(names) : removals).build();
  }
}

package io.igw.extproc.picker;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.igw.api.EndpointSubset;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that a data plane allows (rules EPP-4 to EPP-6 and EPP-34): {@code ip}, {@code
 * ip:port}, {@code [v6]} or {@code [v6]:port}, as a list or as one comma-joined string. With a port
 * an entry admits that port only. A hint without a usable entry admits nothing.
 */
final class SubsetHint implements EndpointSubset {
  static final String KEY = "x-gateway-destination-endpoint-subset";

  private static final int[] EVERY_PORT = {};

  private final Map<String, int[]> portsByHost = new HashMap<>();

  private SubsetHint() {}

  /** The hint in this metadata, null if there is none. */
  static @Nullable EndpointSubset of(Metadata metadata, String namespaceName) {
    if (metadata.getFilterMetadataCount() == 0) {
      return null;
    }
    Struct namespace = metadata.getFilterMetadataMap().get(namespaceName);
    Value value = namespace == null ? null : namespace.getFieldsMap().get(KEY);
    if (value == null) {
      return null;
    }
    SubsetHint hint = new SubsetHint();
    switch (value.getKindCase()) {
      case STRING_VALUE -> hint.addJoined(value.getStringValue());
      case LIST_VALUE -> {
        for (Value entry : value.getListValue().getValuesList()) {
          if (entry.hasStringValue()) {
            hint.addJoined(entry.getStringValue());
          }
        }
      }
      default -> {
        // Neither form: the key is there and names nobody.
      }
    }
    return hint;
  }

  private void addJoined(String joined) {
    for (String entry : joined.split(",", -1)) {
      add(entry.trim());
    }
  }

  private void add(String entry) {
    if (entry.startsWith("[")) {
      int close = entry.indexOf(']');
      if (close < 0) {
        return;
      }
      String rest = entry.substring(close + 1);
      if (rest.isEmpty()) {
        put(entry.substring(1, close), EVERY_PORT);
      } else if (rest.startsWith(":")) {
        putPort(entry.substring(1, close), rest.substring(1));
      }
      return;
    }
    int colon = entry.indexOf(':');
    if (colon < 0 || entry.indexOf(':', colon + 1) >= 0) {
      put(entry, EVERY_PORT);
    } else {
      putPort(entry.substring(0, colon), entry.substring(colon + 1));
    }
  }

  private void putPort(String host, String text) {
    int port;
    try {
      port = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return;
    }
    if (port > 0 && port < 65_536) {
      put(host, new int[] {port});
    }
  }

  private void put(String host, int[] ports) {
    if (!host.isEmpty()) {
      portsByHost.merge(canonical(host), ports, SubsetHint::union);
    }
  }

  private static int[] union(int[] a, int[] b) {
    if (a.length == 0 || b.length == 0) {
      return EVERY_PORT;
    }
    int[] both = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Override
  public boolean contains(String host, int port) {
    int[] ports = portsByHost.get(canonical(host));
    if (ports == null) {
      return false;
    }
    if (ports.length == 0) {
      return true;
    }
    for (int allowed : ports) {
      if (allowed == port) {
        return true;
      }
    }
    return false;
  }

  /** One spelling per IPv6 address; other hosts in lower case. */
  private static String canonical(String host) {
    if (host.indexOf(':') < 0) {
      return host.toLowerCase(Locale.ROOT);
    }
    try {
      // In brackets a text is never looked up, only parsed.
      return InetAddress.getByName("[" + host + "]").getHostAddress();
    } catch (UnknownHostException e) {
      return host.toLowerCase(Locale.ROOT);
    }
  }
}

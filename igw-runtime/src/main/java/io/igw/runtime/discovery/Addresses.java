package io.igw.runtime.discovery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns hosts into addresses: the destination that a gateway gets is {@code ip:port} (rule EPP-8).
 * A name keeps its address as long as that is among those it resolves to. Not thread-safe; a lookup
 * may block.
 */
final class Addresses {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");
  private static final Pattern NUMERIC = Pattern.compile("[0-9.]+");
  private static final Pattern HOST_NAME =
      Pattern.compile(
          "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\\.?",
          Pattern.CASE_INSENSITIVE);
  private static final int LONGEST_NAME = 253;

  /** Finds the addresses of a name. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] addresses(String name) throws UnknownHostException;
  }

  private final Lookup lookup;
  private final Map<String, String> chosen = new HashMap<>();

  Addresses(Lookup lookup) {
    this.lookup = lookup;
  }

  static boolean isAddress(String host) {
    if (IPV4.matcher(host).matches()) {
      for (String part : host.split("\\.")) {
        if (Integer.parseInt(part) > 255) {
          return false;
        }
      }
      return true;
    }
    if (host.indexOf(':') < 0 || !IPV6.matcher(host).matches()) {
      return false;
    }
    try {
      // A literal with a colon is parsed, never looked up.
      return InetAddress.getByName(host) != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Whether it is a DNS-1123 name; what looks like a number is none, so that typos are seen. */
  static boolean isHostName(String host) {
    return host.length() <= LONGEST_NAME
        && HOST_NAME.matcher(host).matches()
        && !NUMERIC.matcher(host).matches();
  }

  /** The address of a host, null if it has none. */
  @Nullable String resolve(String host) {
    if (isAddress(host)) {
      return host;
    }
    try {
      TreeSet<String> found = new TreeSet<>();
      for (InetAddress address : lookup.addresses(host)) {
        found.add(address.getHostAddress());
      }
      String before = chosen.get(host);
      if (found.isEmpty()) {
        return before;
      }
      String now = before != null && found.contains(before) ? before : found.first();
      chosen.put(host, now);
      return now;
    } catch (UnknownHostException e) {
      // A name server that fails for a moment must not empty the pool.
      return chosen.get(host);
    }
  }

  /** Whether any host was a name: then the file is read again now and then. */
  boolean namesSeen() {
    return !chosen.isEmpty();
  }
}

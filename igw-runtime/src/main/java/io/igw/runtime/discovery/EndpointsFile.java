package io.igw.runtime.discovery;

import io.igw.api.EndpointId;
import io.igw.runtime.yaml.ObjectReader;
import io.igw.runtime.yaml.Problems;
import io.igw.runtime.yaml.YamlNode;
import io.igw.runtime.yaml.YamlReader;
import io.igw.scheduler.EndpointSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of an endpoints file (data-layer.md 4 and 11). Unknown fields are tolerated, as in
 * the reference; everything else that is wrong is reported at once.
 */
final class EndpointsFile {
  private static final String DEFAULT_NAMESPACE = "default";
  private static final int MAX_PORTS = 8;

  private final Problems problems;
  private final Addresses addresses;
  private final Set<EndpointId> ids = new HashSet<>();
  private final List<EndpointSpec> endpoints = new ArrayList<>();

  private EndpointsFile(Problems problems, Addresses addresses) {
    this.problems = problems;
    this.addresses = addresses;
  }

  /** The endpoints of a file; what is wrong goes to the problems. */
  static List<EndpointSpec> read(String text, Problems problems, Addresses addresses) {
    EndpointsFile file = new EndpointsFile(problems, addresses);
    YamlNode.Mapping root = YamlReader.read(text, problems);
    if (root != null) {
      ObjectReader reader = new ObjectReader(root, problems);
      if (!reader.has("endpoints") && !root.entries().containsKey("endpoints")) {
        problems.error(reader.place("endpoints"), "missing (expected: a list)");
      }
      reader.objects("endpoints").forEach(file::entry);
    }
    return file.endpoints;
  }

  private void entry(ObjectReader entry) {
    String name = entry.text("name");
    if (name == null || name.isEmpty()) {
      problems.error(
          entry.place("name"),
          (name == null ? "missing" : "''") + " (expected: a name that no other endpoint has)");
      return;
    }
    String label = "endpoint \"" + name + "\": ";
    String given = entry.text("namespace");
    String namespace = given == null || given.isEmpty() ? DEFAULT_NAMESPACE : given;
    String host = host(entry, label);
    List<Integer> ports = ports(entry, label);
    Map<String, String> labels = entry.texts("labels");
    if (host == null || ports.isEmpty()) {
      return;
    }
    for (int rank = 0; rank < ports.size(); rank++) {
      String unique = ports.size() == 1 ? name : name + "-rank-" + rank;
      EndpointId id = new EndpointId(namespace, unique);
      if (!ids.add(id)) {
        problems.error(entry.place("name"), label + "a second endpoint " + id + " (expected: one)");
      } else {
        endpoints.add(new EndpointSpec(id, host, ports.get(rank), rank, labels));
      }
    }
  }

  private @Nullable String host(ObjectReader entry, String label) {
    String address = entry.text("address");
    if (address == null) {
      problems.error(
          entry.place("address"), label + "no address (expected: an IP address or a host name)");
      return null;
    }
    String bare =
        address.startsWith("[") && address.endsWith("]")
            ? address.substring(1, address.length() - 1)
            : address;
    if (!Addresses.isAddress(bare) && !Addresses.isHostName(bare)) {
      problems.error(
          entry.place("address"),
          label
              + "invalid host \""
              + address
              + "\" (expected: an IPv4 or IPv6 address, or a host name)");
      return null;
    }
    String resolved = addresses.resolve(bare);
    if (resolved == null) {
      problems.error(
          entry.place("address"),
          label + "host \"" + address + "\" has no address (expected: a name that resolves)");
    }
    return resolved;
  }

  /** One port, or one for each data-parallel rank. */
  private List<Integer> ports(ObjectReader entry, String label) {
    List<Integer> ports = new ArrayList<>();
    YamlNode value = entry.value("port");
    if (value instanceof YamlNode.Sequence list) {
      if (list.items().isEmpty() || list.items().size() > MAX_PORTS) {
        problems.error(
            value.place(), label + list.items().size() + " ports (expected: 1.." + MAX_PORTS + ")");
        return ports;
      }
      list.items().forEach(item -> port(item, label, ports));
      return ports.size() == list.items().size() ? ports : List.of();
    }
    if (value == null) {
      problems.error(entry.place("port"), label + "no port (expected: 1..65535)");
    } else {
      port(value, label, ports);
    }
    return ports;
  }

  private void port(YamlNode value, String label, List<Integer> into) {
    String text = value instanceof YamlNode.Scalar scalar ? scalar.text().trim() : "";
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > 65535) {
      problems.error(
          value.place(), label + "invalid port " + value.shown() + " (expected: 1..65535)");
    } else if (into.contains(port)) {
      problems.error(value.place(), label + "port " + port + " twice (expected: once)");
    } else {
      into.add(port);
    }
  }
}

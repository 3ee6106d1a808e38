package io.igw.runtime.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointId;
import io.igw.runtime.yaml.Problems;
import io.igw.scheduler.EndpointSpec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointsFileTest {
  private final Map<String, List<String>> names = new HashMap<>();
  private final Addresses addresses = new Addresses(this::lookup);
  private final Problems problems = new Problems("f");

  private InetAddress[] lookup(String name) throws UnknownHostException {
    List<String> found = names.get(name);
    if (found == null) {
      throw new UnknownHostException(name);
    }
    InetAddress[] all = new InetAddress[found.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = InetAddress.getByName(found.get(i));
    }
    return all;
  }

  private List<EndpointSpec> read(String text) {
    return EndpointsFile.read(text, problems, addresses);
  }

  private List<String> errors() {
    return problems.errors().stream().map(Object::toString).toList();
  }

  @Test
  void everyForm() {
    names.put("llm.example.com", List.of("10.9.9.9"));
    List<EndpointSpec> endpoints =
        read(
            """
            comment: unknown fields are tolerated
            endpoints:
            - {name: a, address: 10.0.0.1, port: "8000"}
            - {name: b, address: 10.0.0.2, port: 8001, namespace: n, labels: {role: decode, n: 1}}
            - {name: c, address: "2001:db8::1", port: 8000, zone: far}
            - {name: d, address: "[2001:db8::2]", port: 8000}
            - {name: e, address: llm.example.com, port: 80}
            - {name: f, address: 10.0.0.3, port: [8000, 8001]}
            """);
    assertThat(errors()).isEmpty();
    assertThat(endpoints)
        .containsExactly(
            spec("default", "a", "10.0.0.1", 8000, 0, Map.of()),
            spec("n", "b", "10.0.0.2", 8001, 0, Map.of("role", "decode", "n", "1")),
            spec("default", "c", "2001:db8::1", 8000, 0, Map.of()),
            spec("default", "d", "2001:db8::2", 8000, 0, Map.of()),
            spec("default", "e", "10.9.9.9", 80, 0, Map.of()),
            spec("default", "f-rank-0", "10.0.0.3", 8000, 0, Map.of()),
            spec("default", "f-rank-1", "10.0.0.3", 8001, 1, Map.of()));
  }

  private static EndpointSpec spec(
      String namespace, String name, String host, int port, int rank, Map<String, String> labels) {
    return new EndpointSpec(new EndpointId(namespace, name), host, port, rank, labels);
  }

  @Test
  void jsonAndAnEmptyList() {
    assertThat(read("{\"endpoints\": []}")).isEmpty();
    assertThat(read("endpoints:\n")).isEmpty();
    assertThat(read("{\"endpoints\":[{\"name\":\"a\",\"address\":\"10.0.0.1\",\"port\":\"1\"}]}"))
        .hasSize(1);
    assertThat(errors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          {address: 10.0.0.1, port: 80} ~ name: missing (expected: a name that no other endpoint has)
          {name: "", address: 10.0.0.1, port: 80} ~ name: '' (expected: a name that no other endpoint has)
          {name: 5, address: 10.0.0.1, port: 80} ~ name: 5 (expected: a text)
          {name: a, port: 80} ~ address: endpoint "a": no address (expected: an IP address or a host name)
          {name: a, address: 10.0.0.256, port: 80} ~ address: endpoint "a": invalid host "10.0.0.256" (expected: an IPv4 or IPv6 address, or a host name)
          {name: a, address: 10.0.0, port: 80} ~ address: endpoint "a": invalid host "10.0.0" (expected: an IPv4 or IPv6 address, or a host name)
          {name: a, address: "2001:db8::g", port: 80} ~ address: endpoint "a": invalid host "2001:db8::g" (expected: an IPv4 or IPv6 address, or a host name)
          {name: a, address: "a_b", port: 80} ~ address: endpoint "a": invalid host "a_b" (expected: an IPv4 or IPv6 address, or a host name)
          {name: a, address: "http://x", port: 80} ~ address: endpoint "a": invalid host "http://x" (expected: an IPv4 or IPv6 address, or a host name)
          {name: a, address: nowhere, port: 80} ~ address: endpoint "a": host "nowhere" has no address (expected: a name that resolves)
          {name: a, address: 10.0.0.1} ~ port: endpoint "a": no port (expected: 1..65535)
          {name: a, address: 10.0.0.1, port: 0} ~ port: endpoint "a": invalid port 0 (expected: 1..65535)
          {name: a, address: 10.0.0.1, port: "65536"} ~ port: endpoint "a": invalid port '65536' (expected: 1..65535)
          {name: a, address: 10.0.0.1, port: http} ~ port: endpoint "a": invalid port 'http' (expected: 1..65535)
          {name: a, address: 10.0.0.1, port: []} ~ port: endpoint "a": 0 ports (expected: 1..8)
          {name: a, address: 10.0.0.1, port: [80, 80]} ~ port[1]: endpoint "a": port 80 twice (expected: once)
          {name: a, address: 10.0.0.1, port: {}} ~ port: endpoint "a": invalid port an object (expected: 1..65535)
          {name: a, address: 10.0.0.1, port: 80, labels: {x: []}} ~ labels.x: a list (expected: a text)
          """)
  void badEntry(String entry, String expected) {
    read("endpoints:\n- {name: good, address: 10.0.0.9, port: 1}\n- " + entry);
    assertThat(errors())
        .first()
        .asString()
        .matches("f:3:\\d+: endpoints\\[1]\\..*")
        .endsWith("endpoints[1]." + expected);
  }

  @Test
  void namesAreUnique() {
    read(
        """
        endpoints:
        - {name: a, address: 10.0.0.1, port: 1}
        - {name: a, namespace: other, address: 10.0.0.1, port: 1}
        - {name: a, address: 10.0.0.2, port: 1}
        """);
    assertThat(errors())
        .containsExactly(
            "f:4:10: endpoints[2].name: endpoint \"a\": a second endpoint default/a (expected:"
                + " one)");
  }

  @Test
  void theListItselfMustBeThere() {
    read("endpoint: []");
    assertThat(errors()).containsExactly("f:1:1: endpoints: missing (expected: a list)");
  }

  @Test
  void aNameKeepsItsAddressWhileItIsAmongThoseFound() {
    names.put("h", List.of("10.0.0.2", "10.0.0.3"));
    assertThat(addresses.resolve("h")).isEqualTo("10.0.0.2");
    names.put("h", List.of("10.0.0.1", "10.0.0.2"));
    assertThat(addresses.resolve("h")).isEqualTo("10.0.0.2");
    names.put("h", List.of("10.0.0.1"));
    assertThat(addresses.resolve("h")).isEqualTo("10.0.0.1");
    names.remove("h");
    assertThat(addresses.resolve("h")).isEqualTo("10.0.0.1");
    assertThat(addresses.resolve("other")).isNull();
    assertThat(addresses.namesSeen()).isTrue();
  }
}

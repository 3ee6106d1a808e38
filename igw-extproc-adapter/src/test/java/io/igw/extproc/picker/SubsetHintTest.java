package io.igw.extproc.picker;

import static io.igw.extproc.testing.Messages.list;
import static io.igw.extproc.testing.Messages.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.igw.api.EndpointSubset;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules EPP-4 to EPP-6 and EPP-34: what a subset hint admits. */
class SubsetHintTest {
  private static final String NAMESPACE = "envoy.lb.subset_hint";
  private static final Value NUMBER = Value.newBuilder().setNumberValue(8000).build();

  private static @Nullable EndpointSubset hint(Value value) {
    return SubsetHint.of(
        Metadata.newBuilder()
            .putFilterMetadata(
                NAMESPACE, Struct.newBuilder().putFields(SubsetHint.KEY, value).build())
            .build(),
        NAMESPACE);
  }

  static Stream<Arguments> table() {
    return Stream.of(
        Arguments.of("address and port", list("10.0.0.1:8000"), "10.0.0.1", 8000, true),
        Arguments.of("another port", list("10.0.0.1:8000"), "10.0.0.1", 8001, false),
        Arguments.of("another address", list("10.0.0.1:8000"), "10.0.0.2", 8000, false),
        Arguments.of("address alone", list("10.0.0.1"), "10.0.0.1", 8001, true),
        Arguments.of("second entry", list("10.0.0.9", "10.0.0.1:8000"), "10.0.0.1", 8000, true),
        Arguments.of("two ports", list("10.0.0.1:8000", "10.0.0.1:8001"), "10.0.0.1", 8001, true),
        Arguments.of("port then address", list("10.0.0.1:1", "10.0.0.1"), "10.0.0.1", 7, true),
        Arguments.of("comma string", text("10.0.0.9,10.0.0.1:8000"), "10.0.0.1", 8000, true),
        Arguments.of("spaces", text(" 10.0.0.9 , 10.0.0.1:8000 "), "10.0.0.1", 8000, true),
        Arguments.of("v6 in brackets", list("[2001:db8::1]"), "2001:db8::1", 8000, true),
        Arguments.of("v6 and port", list("[2001:db8::1]:8000"), "2001:db8::1", 8000, true),
        Arguments.of("v6, other port", list("[2001:db8::1]:8000"), "2001:db8::1", 1, false),
        Arguments.of("v6, long form", list("[2001:DB8:0:0::1]:80"), "2001:db8::1", 80, true),
        Arguments.of("v6, bare", list("2001:db8::1"), "2001:db8::1", 8000, true),
        Arguments.of("other kinds skipped", list(NUMBER, text("10.0.0.1")), "10.0.0.1", 1, true),
        Arguments.of("empty list", list(new String[0]), "10.0.0.1", 8000, false),
        Arguments.of("only other kinds", list(NUMBER), "10.0.0.1", 8000, false),
        Arguments.of("empty string", text(""), "10.0.0.1", 8000, false),
        Arguments.of("a number", NUMBER, "10.0.0.1", 8000, false),
        Arguments.of("broken port", list("10.0.0.1:x"), "10.0.0.1", 8000, false),
        Arguments.of("port 0", list("10.0.0.1:0"), "10.0.0.1", 0, false),
        Arguments.of("unclosed bracket", list("[::1:8000"), "::1", 8000, false),
        Arguments.of("rubbish in brackets", list("[x]y"), "x", 8000, false));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void admits(String what, Value value, String host, int port, boolean admitted) {
    EndpointSubset subset = hint(value);
    assertThat(subset).as(what).isNotNull();
    assertThat(subset.contains(host, port)).isEqualTo(admitted);
  }

  @Test
  void withoutTheKeyThereIsNoHint() {
    assertThat(SubsetHint.of(Metadata.getDefaultInstance(), NAMESPACE)).isNull();
    assertThat(
            SubsetHint.of(
                Metadata.newBuilder()
                    .putFilterMetadata(NAMESPACE, Struct.getDefaultInstance())
                    .putFilterMetadata(
                        "envoy.lb",
                        Struct.newBuilder().putFields(SubsetHint.KEY, list("10.0.0.1")).build())
                    .build(),
                NAMESPACE))
        .isNull();
  }
}

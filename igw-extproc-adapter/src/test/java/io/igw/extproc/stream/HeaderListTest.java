package io.igw.extproc.stream;

import static io.igw.extproc.testing.Messages.map;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Look-ups by name among headers of all lengths. */
class HeaderListTest {
  private static final String LONG = "x-" + "a".repeat(75);

  private final HeaderList headers =
      new HeaderList(
          map("X-One", "1", "x-list", "a", "y-one", "2", "x-list", "b", LONG, "3", "", "4")
              .build());

  @ParameterizedTest
  @CsvSource({
    "x-one, 1, 1",
    "y-one, 2, 2",
    "x-list, a, 'a, b'",
    // As long as one that is there, or 64 characters shorter.
    "z-one,,",
    "x-234567890a,,",
    "x-none,,",
    "x-longer-than-any,,",
  })
  void findsTheFirstAndAll(String name, String first, String joined) {
    assertThat(headers.first(name)).isEqualTo(first);
    assertThat(headers.joined(name)).isEqualTo(joined);
  }

  @ParameterizedTest
  @CsvSource({"77, 3", "76,", "13,", "141,"})
  void namesOfAnyLengthAreToldApart(int length, String value) {
    assertThat(headers.first("x-" + "a".repeat(length - 2))).isEqualTo(value);
  }
}

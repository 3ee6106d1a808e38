package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.RequestHeaders;
import io.igw.spi.RequestParser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParserTableTest {
  private final RequestParser openAi = new OpenAiParser();
  private final RequestParser rest = new PassthroughParser();

  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions,true,/v1/chat/completions",
    "/v1/chat/completions/,true,/v1/chat/completions",
    "/v1/chat/completions?a=/b,true,/v1/chat/completions",
    "/prefix/v1/completions,true,/prefix/v1/completions",
    "completions,true,completions",
    "/v1/completions/render,true,/v1/completions/render",
    "/xcompletions,false,/xcompletions",
    "/v1/Completions,false,/v1/Completions",
    "/v1/models,false,/v1/models",
    "/,false,/",
  })
  void matchesWholeSegments(String path, boolean claimed, String normalised) {
    ParserTable.Match match = new ParserTable(List.of(openAi, rest)).find(path);
    assertThat(match).isEqualTo(new ParserTable.Match(claimed ? openAi : rest, normalised));
  }

  @Test
  void withoutAFallbackAnUnknownPathHasNoParser() {
    assertThat(new ParserTable(List.of(openAi)).find("/v1/models")).isNull();
  }

  @Test
  void theFallbackMayStandFirst() {
    assertThat(new ParserTable(List.of(rest, openAi)).find("/v1/completions"))
        .isEqualTo(new ParserTable.Match(openAi, "/v1/completions"));
  }

  @Test
  void thePathIsLookedUpInOrder() {
    assertThat(ParserTable.path(headers(Map.of(":path", "/a", "x-original-path", "/b"))))
        .isEqualTo("/a");
    assertThat(ParserTable.path(headers(Map.of("x-forwarded-path", "/c", "x-original-path", "/b"))))
        .isEqualTo("/b");
    assertThat(ParserTable.path(headers(Map.of("x-forwarded-path", "/c")))).isEqualTo("/c");
    assertThat(ParserTable.path(RequestHeaders.NONE)).isEmpty();
  }

  private static RequestHeaders headers(Map<String, String> map) {
    return map::get;
  }
}

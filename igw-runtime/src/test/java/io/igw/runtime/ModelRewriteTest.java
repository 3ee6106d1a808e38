package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.Decision;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A rewrite changes the bytes of the model's value and no other (rule EPP-46). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelRewriteTest {
  private PickerRuntime runtime;

  @BeforeAll
  void start() {
    runtime =
        Gateway.started(
            Gateway.runtime("dataLayer: {injectDefaults: false}").endpoints(Gateway.endpoints(1)));
  }

  @AfterAll
  void stop() {
    runtime.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          {"model":"m","prompt":"x"} ~ t ~ {"model":"t","prompt":"x"}
          { "prompt" : "x" , "model" : "m" } ~ t ~ { "prompt" : "x" , "model" : "t" }
          {"seed":1152921504606846977,"model":"m","top_p":1.0e0,"prompt":"a\\u00e4\\/"} ~ long/er:1 ~ {"seed":1152921504606846977,"model":"long/er:1","top_p":1.0e0,"prompt":"a\\u00e4\\/"}
          {"model":"m","prompt":"x"} ~ quo"te\\ ~ {"model":"quo\\"te\\\\","prompt":"x"}
          {"model":"m","prompt":"x"} ~ größe ~ {"model":"größe","prompt":"x"}
          {"model":"m","prompt":"x"} ~ m ~ {"model":"m","prompt":"x"}
          {"model":"\\u006d","prompt":"x"} ~ m ~ {"model":"\\u006d","prompt":"x"}
          {"prompt":"x"} ~ t ~ {"model":"t","prompt":"x"}
           {"prompt":"x"} ~ t ~  {"model":"t","prompt":"x"}
          """)
  void splice(String body, String model, String expected) {
    Gateway gateway = new Gateway(runtime);
    gateway.post("/v1/completions", body, "x-gateway-model-name-rewrite", model);
    assertThat(gateway.outcomes).singleElement().isInstanceOf(Decision.class);
    assertThat(gateway.edited(body)).isEqualTo(expected);
    gateway.exchange.close();
  }

  @Test
  void theResultIsTheSameHoweverTheBodyIsCut() {
    String body = " {\"prompt\":\"größe\",\"model\":\"some model\",\"n\":1}";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      Gateway gateway = new Gateway(runtime);
      gateway.begin("/v1/completions", "x-llm-d-model-name-rewrite", "t");
      gateway.exchange.requestBody(bytes, 0, cut);
      gateway.exchange.requestBody(bytes, cut, bytes.length - cut);
      gateway.end();
      assertThat(gateway.edited(body)).isEqualTo(body.replace("some model", "t"));
      gateway.exchange.close();
    }
  }

  @Test
  void controlCharactersAndLoneSurrogatesAreEscaped() {
    assertThat(ModelRewrite.quoted("a\n\u0001\ud83d\ude00\ud83d"))
        .isEqualTo("\"a\\u000a\\u0001\ud83d\ude00\\ud83d\"");
  }
}

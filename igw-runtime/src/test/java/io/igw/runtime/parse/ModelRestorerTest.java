package io.igw.runtime.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.igw.runtime.Exchange.BodyEdit;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's model in the place of the server's, however the response is cut (rule EPP-56). */
class ModelRestorerTest {
  private static final String EVENTS = "text/event-stream; charset=utf-8";
  private static final byte[] ALIAS = "\"alias\"".getBytes(StandardCharsets.UTF_8);

  private static ModelRestorer restorer(@Nullable String type) {
    ModelRestorer restorer = ModelRestorer.of(type, ALIAS);
    if (restorer == null) {
      throw new AssertionError(type);
    }
    return restorer;
  }

  /** Feeds one piece, from the middle of an array, and writes what goes on. */
  private static void pass(
      ModelRestorer restorer, byte[] s, int from, int to, ByteArrayOutputStream out) {
    restorer.feed(s, from, to - from);
    int at = from;
    for (BodyEdit edit : restorer.edits()) {
      int start = from + (int) edit.start();
      assertThat(start).isBetween(at, to);
      out.write(s, at, start - at);
      out.writeBytes(edit.replacement());
      at = from + (int) edit.end();
      assertThat(at).isBetween(start, to);
    }
    out.write(s, at, to - at);
  }

  private static String restored(@Nullable String type, byte[] bytes, int... cuts) {
    ModelRestorer restorer = restorer(type);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int from = 0;
    for (int cut : cuts) {
      pass(restorer, bytes, from, cut, out);
      from = cut;
    }
    pass(restorer, bytes, from, bytes.length, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  /** As one piece, at every cut, at every pair of cuts, byte by byte, and at random cuts. */
  private static void everyCut(@Nullable String type, String body, String expected) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    assertThat(restored(type, bytes)).isEqualTo(expected);
    for (int first = 0; first <= bytes.length; first++) {
      assertThat(restored(type, bytes, first)).as("cut at %d", first).isEqualTo(expected);
      if (bytes.length < 160) {
        for (int second = first; second <= bytes.length; second++) {
          assertThat(restored(type, bytes, first, second))
              .as("cut at %d and %d", first, second)
              .isEqualTo(expected);
        }
      }
    }
    int[] each = new int[bytes.length];
    for (int i = 0; i < each.length; i++) {
      each[i] = i;
    }
    assertThat(restored(type, bytes, each)).as("byte by byte").isEqualTo(expected);
    Random random = new Random(1);
    for (int run = 0; run < 200 && bytes.length > 0; run++) {
      int[] cuts = random.ints(5, 0, bytes.length).sorted().toArray();
      assertThat(restored(type, bytes, cuts)).as("cuts of run %d", run).isEqualTo(expected);
    }
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{'model':'t'} | {'model':'alias'}",
        "{'id':'x','model':'target-v2','n':1} | {'id':'x','model':'alias','n':1}",
        "{ 'model' :  'a\\\\\\'b' , 'z':1e400 } | { 'model' :  'alias' , 'z':1e400 }",
        "{'mod\\u0065l':''} | {'mod\\u0065l':'alias'}",
        "{'model':'grö\\u00dfe','seed':1152921504606846977} | {'model':'alias','seed':1152921504606846977}",
        "{'model':'a','model':'b'} | {'model':'alias','model':'alias'}",
        "{'response':{'id':1,'model':'t'}} | {'response':{'id':1,'model':'alias'}}",
        "{'type':'message_start','message':{'model':'t','role':'assistant'}} | {'type':'message_start','message':{'model':'alias','role':'assistant'}}",
        // Names that are not the response's own stay.
        "{'choices':[{'model':'t','text':'\\'model\\':\\'t\\''}]} | {'choices':[{'model':'t','text':'\\'model\\':\\'t\\''}]}",
        "{'usage':{'model':'t'},'message':{'x':{'model':'t'}}} | {'usage':{'model':'t'},'message':{'x':{'model':'t'}}}",
        "{'model':null} | {'model':null}",
        "{'model':{'model':'t'}} | {'model':{'model':'t'}}",
        "{'model':['t']} | {'model':['t']}",
        "{'model':7} | {'model':7}",
        "{'models':'t','mode':'t'} | {'models':'t','mode':'t'}",
      })
  void json(String body, String expected) {
    everyCut("application/json", json(body), json(expected));
    everyCut(null, json(body), json(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[{\"model\":\"t\"}]",
        "not json \"model\":\"t\"",
        "{\"a\" \"model\":\"t\"}",
        "{'model':'t'}",
        "{}{\"model\":\"t\"}",
      })
  void whatIsNoObjectPassesByteForByte(String body) {
    everyCut("application/json", body, body);
  }

  /** What cannot be a name is not dropped where it can still be told. */
  @Test
  void aBrokenNameInOnePiece() {
    for (String body : new String[] {"{\"model\":\"a\\x\",\"z\":1}", "{\"model\":\"a\nb\"}"}) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      assertThat(restored("application/json", bytes)).isEqualTo(body);
    }
    String event = "data: {\"model\":\"a\n\ndata: {\"model\":\"t\"}\n\n";
    assertThat(restored(EVENTS, event.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("data: {\"model\":\"a\n\ndata: {\"model\":\"alias\"}\n\n");
  }

  @Test
  void compressedBytesPass() {
    byte[] bytes = new byte[4_000];
    new Random(3).nextBytes(bytes);
    bytes[0] = 0x1f;
    bytes[1] = (byte) 0x8b;
    for (String type : new String[] {"application/json", EVENTS}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ModelRestorer restorer = restorer(type);
      for (int at = 0; at < bytes.length; at += 100) {
        pass(restorer, bytes, at, at + 100, out);
      }
      assertThat(out.toByteArray()).isEqualTo(bytes);
    }
  }

  /**
   * Whatever a server sends, edits lie inside the piece, and other bytes stay (in {@code pass}).
   */
  @ParameterizedTest
  @ValueSource(strings = {"application/json", EVENTS})
  void mutatedResponses(String type) {
    byte[] sound =
        (type.equals(EVENTS)
                ? "event: x\r\ndata: {\"id\":1,\"model\":\"t\"}\n\ndata: {\"message\":{\"model\":\"t\"}}\n\n"
                : "{\"a\":[1,{\"model\":2}],\"model\":\"t\",\"response\":{\"model\":\"\\u0041\"}}")
            .getBytes(StandardCharsets.UTF_8);
    byte[] alphabet = "{}[]\",:\\\n\rdatmol 1u\0".getBytes(StandardCharsets.UTF_8);
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      byte[] broken = sound.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        broken[random.nextInt(broken.length)] =
            random.nextInt(8) == 0
                ? (byte) random.nextInt()
                : alphabet[random.nextInt(alphabet.length)];
      }
      ModelRestorer restorer = restorer(type);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int at = 0; at < broken.length; ) {
        int next = Math.min(broken.length, at + random.nextInt(20));
        pass(restorer, broken, at, next, out);
        at = next;
      }
    }
  }

  @Test
  void otherTypesNameNoModel() {
    assertThat(ModelRestorer.of("text/html", ALIAS)).isNull();
    assertThat(ModelRestorer.of("application/grpc", ALIAS)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "data: {'model':'t'}NN | data: {'model':'alias'}NN",
        "data:{'id':1,'model':'t'}NNdata: {'model':'t'}NNdata: [DONE]NN"
            + " | data:{'id':1,'model':'alias'}NNdata: {'model':'alias'}NNdata: [DONE]NN",
        "event: response.createdNdata: {'type':'response.created','response':{'model':'t'}}NN"
            + " | event: response.createdNdata: {'type':'response.created','response':{'model':'alias'}}NN",
        "event: message_startNdata: {'message':{'model':'t'}}NNevent: pingNdata: {}NN"
            + " | event: message_startNdata: {'message':{'model':'alias'}}NNevent: pingNdata: {}NN",
        ": {'model':'t'}Ndata: {'model':'t'}Nid: {'model':'t'}NN"
            + " | : {'model':'t'}Ndata: {'model':'alias'}Nid: {'model':'t'}NN",
        "data: {'id':1,Ndata: 'model':Ndata: 't'}NN | data: {'id':1,Ndata: 'model':Ndata: 'alias'}NN",
        "data: {'model':'t'}Ndata: {'model':'t'}NN | data: {'model':'alias'}Ndata: {'model':'t'}NN",
        "data: xNNdata: {'model':'t'} | data: xNNdata: {'model':'alias'}",
        "dataNdat: {'model':'t'}NNNNdata: {'model':'t'}NN"
            + " | dataNdat: {'model':'t'}NNNNdata: {'model':'alias'}NN",
        "data: {'choices':[{'delta':{'content':'data: {NN'}}],'model':'t'}NN"
            + " | data: {'choices':[{'delta':{'content':'data: {NN'}}],'model':'t'}NN",
      })
  void events(String stream, String expected) {
    for (String newline : new String[] {"\n", "\r", "\r\n"}) {
      everyCut(EVENTS, json(stream).replace("N", newline), json(expected).replace("N", newline));
    }
  }

  /** A stream as an engine sends it, of which every event names the model. */
  @Test
  void aStreamOfAnEngine() {
    StringBuilder stream = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      stream.append(
          "data: {\"id\":\"cmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":"
              + "\"base:adapter-v2\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"wörd "
              + i
              + "\"}}]}\n\n");
    }
    stream.append("data: [DONE]\n\n");
    String expected = stream.toString().replace("base:adapter-v2", "alias");
    everyCut(EVENTS, stream.toString(), expected);
  }

  /** Of a piece only the value's own bytes are missing; all others are there at once. */
  @Test
  void nothingIsHeldBack() {
    byte[] s = "data: {\"model\":\"target\",\"x\":1}\n\n".getBytes(StandardCharsets.UTF_8);
    ModelRestorer restorer = restorer(EVENTS);
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < s.length; i++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      pass(restorer, s, i, i + 1, out);
      sent.append(out.toString(StandardCharsets.UTF_8)).append('|');
    }
    assertThat(sent.toString())
        .isEqualTo("d|a|t|a|:| |{|\"|m|o|d|e|l|\"|:|\"alias\"||||||||,|\"|x|\"|:|1|}|\n|\n|");
  }

  /** Events without a model cost no memory; those with one an edit each. */
  @Test
  void allocation() {
    byte[] without =
        "data: {\"choices\":[{\"text\":\"hello\"}]}\n\n".getBytes(StandardCharsets.UTF_8);
    byte[] with =
        "data: {\"model\":\"t\",\"choices\":[{\"text\":\"hello\"}]}\n\n"
            .getBytes(StandardCharsets.UTF_8);
    ModelRestorer restorer = restorer(EVENTS);
    perEvent(restorer, without);
    assertThat(perEvent(restorer, without)).isZero();
    perEvent(restorer, with);
    assertThat(perEvent(restorer, with)).isBetween(1L, 128L);
  }

  private static long perEvent(ModelRestorer restorer, byte[] event) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    int events = 20_000;
    long before = threads.getThreadAllocatedBytes(self);
    for (int i = 0; i < events; i++) {
      restorer.feed(event, 0, event.length);
    }
    return (threads.getThreadAllocatedBytes(self) - before) / events;
  }
}

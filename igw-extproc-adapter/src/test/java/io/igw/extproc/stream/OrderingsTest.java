package io.igw.extproc.stream;

import static io.igw.extproc.testing.Messages.body;
import static io.igw.extproc.testing.Messages.get;
import static io.igw.extproc.testing.Messages.post;
import static io.igw.extproc.testing.Messages.responseBody;
import static io.igw.extproc.testing.Messages.responseHeaders;
import static io.igw.extproc.testing.Messages.responseTrailers;
import static io.igw.extproc.testing.Messages.trailers;
import static io.igw.extproc.testing.Messages.withModes;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.extproc.testing.Recorder;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every order in which a data plane sends messages, in every pair of body modes (rules EPP-16 to
 * EPP-27).
 *
 * <p>Letters of messages: H request headers, h the same with the end, B and b request body without
 * and with the end, T request trailers; R, r, C, c, t the response alike. Letters of replies: H, B,
 * T, R, C, t, and I for an immediate response.
 */
class OrderingsTest {
  private static final List<BodySendMode> MODES =
      Stream.of(BodySendMode.values()).filter(m -> m != BodySendMode.UNRECOGNIZED).toList();

  private final Recorder replies = new Recorder();
  private final ScriptedSession session = new ScriptedSession();
  private final Swallowed swallowed = new Swallowed();
  private final ExtProcStream stream =
      new ExtProcStream(session, Runnable::run, replies, ErrorFormat.OPENAI, swallowed);

  /** Name; messages; replies in duplex, buffered and other modes (null: not sent); ignored. */
  private record Row(
      String messages, String duplex, String buffered, String passing, int ignored, int passed) {
    String replies(BodySendMode mode) {
      return switch (mode) {
        case FULL_DUPLEX_STREAMED -> duplex;
        case BUFFERED -> buffered;
        default -> passing;
      };
    }

    /** Whether a data plane in these modes sends such messages. */
    boolean sent(BodySendMode request, BodySendMode response) {
      boolean bodies = messages.chars().anyMatch(c -> c == 'B' || c == 'b');
      boolean chunks = messages.chars().anyMatch(c -> c == 'C' || c == 'c');
      return replies(request) != null
          && (request != BodySendMode.NONE || !bodies)
          && (response != BodySendMode.NONE || !chunks);
    }
  }

  /** The same replies in every mode. */
  private static Row row(String messages, String replies, int ignored) {
    return new Row(messages, replies, replies, replies, ignored, ignored);
  }

  private static final List<Row> ROWS =
      List.of(
          row("HbRCCc", "HBRCCC", 0),
          row("HbRc", "HBRC", 0),
          row("HbRCt", "HBRCt", 0),
          row("HbRt", "HBRt", 0),
          row("Hbr", "HBR", 0),
          row("hRCc", "HRCC", 0),
          row("hRt", "HRt", 0),
          row("hr", "HR", 0),
          row("hR", "HR", 0),
          // Trailers end the body, and may be all there is of it.
          row("HBTRCt", "HBTRCt", 0),
          new Row("HTRc", "HTRC", null, "HTRC", 0, 0),
          new Row("HTr", "HTR", null, "HTR", 0, 0),
          // Many messages: held together, or answered one by one.
          new Row("HBBbRc", "HBRC", null, "HBBBRC", 0, 0),
          new Row("HBBTRc", "HBTRC", null, "HBBTRC", 0, 0),
          // After the end of a direction.
          new Row("HbbRcc", "HBRC", "HBRC", "HBRC", 2, 2),
          new Row("HbBRcC", "HBRC", "HBRC", "HBRC", 2, 2),
          new Row("HbTRct", "HBRC", null, "HBRC", 2, 2),
          new Row("HBTTRCtt", "HBTRCt", null, "HBTRCt", 2, 2),
          new Row("hbTrct", "HR", null, "HR", 4, 4),
          // No response phase.
          row("Hb", "HB", 0),
          row("h", "H", 0),
          // The upstream answers before the request has ended.
          new Row("HRc", "RC", null, "HRC", 0, 0),
          new Row("HBRc", "RC", null, "HBRC", 0, 0),
          new Row("HBRCbc", "RCC", null, "HBRCBC", 1, 0),
          new Row("HBRTCc", "RCC", null, "HBRTCC", 1, 0),
          new Row("HrB", "R", null, "HRB", 1, 0));

  static Stream<Arguments> ordersInModes() {
    return ROWS.stream()
        .flatMap(row ->
            MODES.stream()
                .flatMap(request ->
                    MODES.stream()
                        .filter(response -> row.sent(request, response))
                        .map(response -> Arguments.of(row, request, response))));
  }

  private void send(char message, BodySendMode request, BodySendMode response) {
    switch (message) {
      case 'H' -> stream.message(withModes(post(), request, response));
      case 'h' -> stream.message(withModes(get(), request, response));
      case 'B' -> stream.message(body("xyz", false));
      case 'b' -> stream.message(body("xyz", true));
      case 'T' -> stream.message(trailers());
      case 'R' -> stream.message(responseHeaders(false));
      case 'r' -> stream.message(responseHeaders(true));
      case 'C' ->
          stream.piece(new BodyPiece(true, body("abc", false).getRequestBody().getBody(), false));
      case 'c' -> stream.message(responseBody("abc", true));
      case 't' -> stream.message(responseTrailers());
      default -> throw new IllegalArgumentException("message: " + message);
    }
  }

  private void send(String messages, BodySendMode request, BodySendMode response) {
    messages.chars().forEach(message -> send((char) message, request, response));
  }

  private String answered() {
    return replies.sent.stream().map(OrderingsTest::letter).collect(Collectors.joining());
  }

  private static String letter(ProcessingResponse reply) {
    return switch (reply.getResponseCase()) {
      case REQUEST_HEADERS -> "H";
      case REQUEST_BODY -> "B";
      case REQUEST_TRAILERS -> "T";
      case RESPONSE_HEADERS -> "R";
      case RESPONSE_BODY -> "C";
      case RESPONSE_TRAILERS -> "t";
      case IMMEDIATE_RESPONSE -> "I";
      default -> "?";
    };
  }

  private long heard(String what) {
    return session.log.stream().filter(what::equals).count();
  }

  private static boolean responseEnds(String messages, BodySendMode response) {
    boolean begins = messages.contains("R");
    return messages.contains("r")
        || begins && messages.matches(".*[ct].*")
        || begins && response == BodySendMode.NONE;
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("ordersInModes")
  void isAnsweredInOrderAndEndsOnce(Row row, BodySendMode request, BodySendMode response) {
    send(row.messages(), request, response);
    assertThat(answered()).isEqualTo(row.replies(request));
    boolean passes = request != BodySendMode.FULL_DUPLEX_STREAMED && row.buffered() == null;
    assertThat(swallowed.ignored).isEqualTo(passes ? row.passed() : row.ignored());
    assertThat(swallowed.faults).isEmpty();
    assertThat(replies.failure).isNull();
    long picks =
        replies.sent.stream()
            .filter(r ->
                r.getRequestHeaders().getResponse().getClearRouteCache()
                    || r.getRequestBody().getResponse().getClearRouteCache())
            .count();
    assertThat(picks).isEqualTo(row.replies(request).startsWith("H") ? 1 : 0);
    stream.cancelled();
    assertThat(heard("close") + heard("detach")).isOne();
    assertThat(heard("endResponse")).isEqualTo(responseEnds(row.messages(), response) ? 1 : 0);
    assertThat(answered()).isEqualTo(row.replies(request));
  }

  /** A decision that takes its time: the same replies, once it is there. */
  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("ordersInModes")
  void aLateDecisionChangesNoOrder(Row row, BodySendMode request, BodySendMode response) {
    String messages = row.messages();
    int phase =
        IntStream.range(0, messages.length())
            .filter(i -> "Rr".indexOf(messages.charAt(i)) >= 0)
            .findFirst()
            .orElse(messages.length());
    session.hold = true;
    send(messages.substring(0, phase), request, response);
    if (session.verdict != null) {
      session.release();
    }
    send(messages.substring(phase), request, response);
    assertThat(answered()).isEqualTo(row.replies(request));
    stream.cancelled();
    assertThat(heard("close") + heard("detach")).isOne();
  }

  static Stream<Arguments> cuts() {
    return ordersInModes()
        .flatMap(order -> {
          Object[] all = order.get();
          int length = ((Row) all[0]).messages().length();
          return IntStream.rangeClosed(1, length)
              .mapToObj(cut -> Arguments.of(all[0], all[1], all[2], cut));
        });
  }

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @MethodSource("cuts")
  void aResetAfterAnyMessageEndsItOnce(
      Row row, BodySendMode request, BodySendMode response, int cut) {
    String sent = row.messages().substring(0, cut);
    send(sent, request, response);
    String before = answered();
    stream.cancelled();
    stream.halfClosed();
    send(row.messages().substring(cut), request, response);
    assertThat(answered()).isEqualTo(before);
    assertThat(replies.completed).isFalse();
    assertThat(replies.failure).isNull();
    assertThat(heard("close")).isOne();
    assertThat(heard("endResponse")).isEqualTo(responseEnds(sent, response) ? 1 : 0);
  }

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @MethodSource("cuts")
  void aHalfCloseAfterAnyMessageCompletesTheStream(
      Row row, BodySendMode request, BodySendMode response, int cut) {
    send(row.messages().substring(0, cut), request, response);
    String before = answered();
    stream.halfClosed();
    assertThat(replies.completed).isTrue();
    stream.cancelled();
    assertThat(answered()).isEqualTo(before);
    assertThat(heard("close") + heard("detach")).isOne();
    boolean responds = before.contains("R") || before.contains("C");
    if (responds || response != BodySendMode.NONE) {
      assertThat(heard("detach")).isZero();
    }
  }

  /** What no order allows: a client's error as long as it can be told, else the stream fails. */
  @ParameterizedTest
  @CsvSource({
    "B, I",
    "T, I",
    "R, I",
    "C, I",
    "t, I",
    "HC, I",
    "Ht, I",
    "HbC, HBI",
    "Hbt, HBI",
    "HbH, HBI",
    "hh, HI",
    "HbRR, HBR",
    "HbRcR, HBRC",
    "HbRH, HBR",
  })
  void whatNoOrderAllowsEndsTheStream(String messages, String answers) {
    send(messages, BodySendMode.FULL_DUPLEX_STREAMED, BodySendMode.FULL_DUPLEX_STREAMED);
    assertThat(answered()).isEqualTo(answers);
    if (answers.endsWith("I")) {
      assertThat(replies.completed).isTrue();
      assertThat(
              replies
                  .sent
                  .get(replies.sent.size() - 1)
                  .getImmediateResponse()
                  .getStatus()
                  .getCodeValue())
          .isEqualTo(400);
    } else {
      assertThat(replies.failure).contains("ext_proc stream: second");
    }
    assertThat(heard("close")).isEqualTo(session.opened ? 1 : 0);
  }
}

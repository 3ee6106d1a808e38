package io.igw.extproc.testing;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What a correct picker does with one stream (ext-proc.md 4, 8, 9; epp-protocol.md 2), in as few
 * words as possible and without any code of the server.
 *
 * <p>Answers: H, B, T and R, C, t to headers, body and trailers of request and response; * where
 * the pick is announced; size, and ! for the end, where a body is streamed; M asks for body modes;
 * I with a status refuses.
 */
public final class StreamModel {
  // What the messages do not tell; hints: whom those with a hint allow.
  public List<String> allowed = List.of();
  public Map<ProcessingRequest, List<String>> hints = Map.of();
  public ByteString goodBody = ByteString.EMPTY;
  public int maxBody, refusal, denial, window = Integer.MAX_VALUE;
  public boolean waits, negotiates, readsResponses, halfClosed;
  public String reports = "as announced", fault = "nowhere";

  // What comes of it.
  public final List<String> answers = new ArrayList<>();
  public String end = "", lease = "none";
  public ByteString body = ByteString.EMPTY;

  private final List<String> due = new ArrayList<>();
  private String pick = "ahead", announcement = "";
  private boolean begun, observed, reported, duplex, passing, duplexResponse, reading;
  private boolean bodiless, requestEnded, responding, responseEnded;

  public void message(ProcessingRequest m) {
    observed |= !begun && m.getObservabilityMode();
    if (observed || !end.isEmpty()) {
      return;
    }
    if (!begun && m.hasRequestHeaders()) {
      first(m);
    } else if (begun && (m.hasRequestBody() || m.hasRequestTrailers())) {
      request(m, m.getRequestBody());
    } else if (m.hasResponseHeaders()
        ? begun && !responding
        : responding && (m.hasResponseBody() || m.hasResponseTrailers())) {
      response(m, m.getResponseBody(), m.getResponseHeaders());
    } else if (responding) {
      finish("error");
    } else {
      refuse(400);
    }
    begun = true;
    settle();
  }

  private void first(ProcessingRequest m) {
    boolean told = m.hasProtocolConfig();
    BodySendMode request = m.getProtocolConfig().getRequestBodyMode();
    BodySendMode response = m.getProtocolConfig().getResponseBodyMode();
    boolean announced = told && response != BodySendMode.NONE;
    boolean asks = negotiates && told && !announced && request == BodySendMode.NONE;
    requestEnded = bodiless = m.getRequestHeaders().getEndOfStream();
    boolean asked = asks && (readsResponses || !bodiless);
    duplex = !told || asked || request == BodySendMode.FULL_DUPLEX_STREAMED;
    passing = !duplex && request != BodySendMode.BUFFERED;
    duplexResponse = !told || response == BodySendMode.FULL_DUPLEX_STREAMED;
    duplexResponse |= asked && readsResponses;
    reading = readsResponses && (duplexResponse || announced);
    reported = reports.equals("always") || reports.equals("as announced") && (announced || asks);
    allowed = hints.getOrDefault(m, allowed);
    if (refusal > 0) {
      refuse(refusal);
    } else if (!fault("requestHeaders")) {
      send(asked ? "M" : bodiless || passing || duplex ? "" : "H");
      ask(bodiless || passing ? "H*" : "");
    }
  }

  private void request(ProcessingRequest m, HttpBody piece) {
    boolean ahead = pick.equals("ahead");
    boolean reads = !passing && m.hasRequestBody();
    boolean surplus = requestEnded || pick.equals("dropped") || reads && !ahead;
    if (surplus || reads && !piece.getBody().isEmpty() && fault("requestBody")) {
      return;
    }
    requestEnded = m.hasRequestTrailers() || piece.getEndOfStream();
    body = reads ? body.concat(piece.getBody()) : body;
    allowed = reads ? hints.getOrDefault(m, allowed) : allowed;
    boolean carries = !passing && !duplex && ahead;
    if (!reads && !carries) {
      due.add(m.hasRequestBody() ? "B" : "T");
    }
    if (body.size() > maxBody || carries && !reads) {
      refuse(reads ? 413 : 400);
    } else if (ahead && (requestEnded || carries)) {
      ask(carries ? "B*" : "H*");
    }
  }

  private void ask(String where) {
    announcement = where;
    pick = where.isEmpty() ? "ahead" : "asked";
    boolean good = body.isEmpty() || body.equals(goodBody);
    if (!where.isEmpty() && !fault("endRequest") && (!good || allowed.isEmpty())) {
      refuse(good ? 503 : 400);
    }
  }

  private void decide() {
    pick = "done";
    if (denial > 0) {
      refuse(denial);
    } else {
      lease = "open";
      boolean ends = due.isEmpty();
      if (duplex && !bodiless && (ends || !body.isEmpty())) {
        due.addAll(0, cut("B", body.size(), ends));
      }
      due.add(0, announcement);
      fault("upstreamHeaders");
    }
  }

  private void response(ProcessingRequest m, HttpBody piece, HttpHeaders headers) {
    if (responseEnded) {
      return;
    }
    if (!pick.equals("done")) {
      pick = "dropped";
      due.clear();
    }
    responding = true;
    responseEnded = m.hasResponseTrailers() || headers.getEndOfStream() || piece.getEndOfStream();
    int size = piece.getBody().size();
    String word = m.hasResponseHeaders() ? "R" : m.hasResponseBody() ? "C" : "t";
    boolean streams = word.equals("C") && duplexResponse;
    (streams ? cut(word, size, responseEnded) : List.of(word)).forEach(this::send);
    String read = reading && size > 0 ? "responseBody" : "";
    boolean lost = fault.equals(word.equals("R") ? "responseHeaders" : read);
    endLease(responseEnded || lost || headers.toString().contains("\"5"));
  }

  private void endLease(boolean ends) {
    lease = ends && lease.equals("open") ? "closed" : lease;
  }

  /** A decision has come, room in the window, or the half-close. */
  public void settle() {
    if (pick.equals("asked") && !waits && end.isEmpty()) {
      decide();
    }
    boolean asked = pick.equals("asked");
    while (!asked && !due.isEmpty() && (window > 0 || !due.get(0).matches("B:[1-9].*"))) {
      send(due.remove(0));
    }
    if (halfClosed && due.isEmpty() && !asked) {
      lease = lease.equals("open") && !responding && !reported ? "left" : lease;
      finish("ok");
    }
  }

  private boolean fault(String where) {
    if (fault.equals(where)) {
      refuse(500);
    }
    return fault.equals(where);
  }

  private void refuse(int status) {
    send("I" + status);
    finish("ok");
  }

  private void send(String answer) {
    answers.addAll(answer.isEmpty() ? List.of() : List.of(answer));
    window -= answer.isEmpty() ? 0 : 1;
  }

  public void finish(String how) {
    if (end.isEmpty()) {
      end = how;
      due.clear();
      endLease(true);
    }
  }

  private static List<String> cut(String kind, int size, boolean end) {
    int whole = Math.max(0, size - 1) / 62_000;
    List<String> cuts = new ArrayList<>(Collections.nCopies(whole, kind + ":62000"));
    cuts.add(kind + ":" + (size - 62_000 * whole) + (end ? "!" : ""));
    return cuts;
  }
}

package io.igw.extproc.stream;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.HeaderSendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;

/**
 * The body modes of one stream (rule EPP-16).
 *
 * @param request of the request
 * @param response of the response
 * @param reported whether the data plane will tell of the response
 * @param negotiable whether the data plane sends no bodies and may be asked for them
 */
record StreamModes(
    BodySendMode request, BodySendMode response, boolean reported, boolean negotiable) {
  private static final ProcessingResponse REQUEST_ONLY =
      override(BodySendMode.FULL_DUPLEX_STREAMED, BodySendMode.NONE);
  private static final ProcessingResponse BOTH =
      override(BodySendMode.FULL_DUPLEX_STREAMED, BodySendMode.FULL_DUPLEX_STREAMED);

  /** As the first message says, or as is usual where it says nothing. */
  static StreamModes of(ProcessingRequest first, DataPlaneTraits traits) {
    BodySendMode request = BodySendMode.FULL_DUPLEX_STREAMED;
    BodySendMode response = BodySendMode.FULL_DUPLEX_STREAMED;
    boolean announced = false;
    boolean negotiable = false;
    if (first.hasProtocolConfig()) {
      request = first.getProtocolConfig().getRequestBodyMode();
      response = first.getProtocolConfig().getResponseBodyMode();
      announced = response != BodySendMode.NONE;
      negotiable = traits.negotiates() && request == BodySendMode.NONE && !announced;
    }
    boolean reported =
        switch (traits.reports()) {
          case AS_ANNOUNCED -> announced || negotiable;
          case ALWAYS -> true;
          case NEVER -> false;
        };
    return new StreamModes(request, response, reported, negotiable);
  }

  /**
   * The modes that the stream goes on with: the data plane is asked for the bodies that are needed,
   * if it may be, and modes that nobody expects of it are reported.
   *
   * @param bodiless whether the request has no body
   */
  StreamModes agreed(
      boolean bodiless,
      StreamSession session,
      Replies replies,
      DataPlaneTraits traits,
      StreamEvents events) {
    if (!negotiable) {
      expect(request, traits, events);
      expect(response, traits, events);
      return this;
    }
    boolean ofResponse = session.needsResponseBody();
    if (!ofResponse && (bodiless || !session.needsRequestBody())) {
      return this;
    }
    // Envoy heeds an override for FULL_DUPLEX_STREAMED only in a message without any answer, and
    // for the response only together with the request (ext-proc.md 9.3).
    replies.send(ofResponse ? BOTH : REQUEST_ONLY);
    return new StreamModes(
        BodySendMode.FULL_DUPLEX_STREAMED,
        ofResponse ? BodySendMode.FULL_DUPLEX_STREAMED : BodySendMode.NONE,
        reported,
        false);
  }

  private static void expect(BodySendMode mode, DataPlaneTraits traits, StreamEvents events) {
    if (!traits.bodyModes().contains(mode)) {
      events.unexpectedMode(mode);
    }
  }

  private static ProcessingResponse override(BodySendMode request, BodySendMode response) {
    return ProcessingResponse.newBuilder()
        .setModeOverride(
            ProcessingMode.newBuilder()
                .setRequestHeaderMode(HeaderSendMode.SEND)
                .setResponseHeaderMode(HeaderSendMode.SEND)
                .setRequestBodyMode(request)
                .setResponseBodyMode(response)
                .setRequestTrailerMode(HeaderSendMode.SEND)
                .setResponseTrailerMode(HeaderSendMode.SEND))
        .build();
  }
}

package io.igw.extproc.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpTrailers;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProtocolConfiguration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages as a data plane sends them. */
public final class Messages {
  private Messages() {}

  /** Headers of a POST with a chat body, and more as name, value, name, value. */
  public static ProcessingRequest post(String... more) {
    return headers(false, chat(more)).build();
  }

  /** A request that ends with its headers. */
  public static ProcessingRequest get(String... more) {
    HeaderMap.Builder map = map(":method", "GET", ":path", "/v1/models", ":authority", "igw");
    add(map, more);
    return headers(true, map).build();
  }

  public static HeaderMap.Builder chat(String... more) {
    HeaderMap.Builder map =
        map(
            ":method",
            "POST",
            ":path",
            "/v1/chat/completions",
            ":authority",
            "igw",
            ":scheme",
            "http",
            "content-type",
            "application/json",
            "x-request-id",
            "r-1");
    add(map, more);
    return map;
  }

  public static HeaderMap.Builder map(String... namesAndValues) {
    HeaderMap.Builder map = HeaderMap.newBuilder();
    add(map, namesAndValues);
    return map;
  }

  private static void add(HeaderMap.Builder map, String... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.addHeaders(
          HeaderValue.newBuilder()
              .setKey(namesAndValues[i])
              .setRawValue(ByteString.copyFromUtf8(namesAndValues[i + 1])));
    }
  }

  public static ProcessingRequest.Builder headers(boolean endOfStream, HeaderMap.Builder map) {
    return ProcessingRequest.newBuilder()
        .setRequestHeaders(HttpHeaders.newBuilder().setHeaders(map).setEndOfStream(endOfStream));
  }

  public static ProcessingRequest withModes(
      ProcessingRequest message, BodySendMode request, BodySendMode response) {
    return message.toBuilder()
        .setProtocolConfig(
            ProtocolConfiguration.newBuilder()
                .setRequestBodyMode(request)
                .setResponseBodyMode(response))
        .build();
  }

  public static ProcessingRequest body(ByteString bytes, boolean endOfStream) {
    return ProcessingRequest.newBuilder()
        .setRequestBody(HttpBody.newBuilder().setBody(bytes).setEndOfStream(endOfStream))
        .build();
  }

  public static ProcessingRequest body(String text, boolean endOfStream) {
    return body(ByteString.copyFromUtf8(text), endOfStream);
  }

  public static ProcessingRequest trailers() {
    return ProcessingRequest.newBuilder()
        .setRequestTrailers(HttpTrailers.getDefaultInstance())
        .build();
  }

  public static ProcessingRequest responseHeaders(boolean endOfStream, String... more) {
    HeaderMap.Builder map = map(more.length == 0 ? new String[] {":status", "200"} : more);
    return ProcessingRequest.newBuilder()
        .setResponseHeaders(HttpHeaders.newBuilder().setHeaders(map).setEndOfStream(endOfStream))
        .build();
  }

  public static ProcessingRequest responseBody(String text, boolean endOfStream) {
    return responseBody(ByteString.copyFromUtf8(text), endOfStream);
  }

  public static ProcessingRequest responseBody(ByteString bytes, boolean endOfStream) {
    return ProcessingRequest.newBuilder()
        .setResponseBody(HttpBody.newBuilder().setBody(bytes).setEndOfStream(endOfStream))
        .build();
  }

  public static ProcessingRequest responseTrailers() {
    return ProcessingRequest.newBuilder()
        .setResponseTrailers(HttpTrailers.getDefaultInstance())
        .build();
  }

  public static ProcessingRequest withMetadata(
      ProcessingRequest message, String namespace, String key, Value value) {
    return message.toBuilder()
        .setMetadataContext(
            Metadata.newBuilder()
                .putFilterMetadata(namespace, Struct.newBuilder().putFields(key, value).build()))
        .build();
  }

  public static ProcessingRequest withSubset(ProcessingRequest message, Value value) {
    return withMetadata(
        message, "envoy.lb.subset_hint", "x-gateway-destination-endpoint-subset", value);
  }

  public static Value list(String... entries) {
    return list(Arrays.stream(entries).map(Messages::text).toArray(Value[]::new));
  }

  public static Value list(Value... entries) {
    return Value.newBuilder()
        .setListValue(ListValue.newBuilder().addAllValues(List.of(entries)))
        .build();
  }

  public static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  /** The value that a mutation sets for a header, null if it sets none. */
  public static @Nullable String set(HeaderMutation mutation, String name) {
    for (HeaderValueOption option : mutation.getSetHeadersList()) {
      if (option.getHeader().getKey().equals(name)) {
        return option.getHeader().getRawValue().toStringUtf8();
      }
    }
    return null;
  }

  /** The pick in dynamic metadata, empty if there is none. */
  public static String metadataPick(ProcessingResponse reply) {
    return reply
        .getDynamicMetadata()
        .getFieldsOrDefault("envoy.lb", Value.getDefaultInstance())
        .getStructValue()
        .getFieldsOrDefault("x-gateway-destination-endpoint", Value.getDefaultInstance())
        .getStringValue();
  }
}

package io.igw.runtime.parse;

import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import io.igw.spi.RequestParser;

/** A parser of bodies that may hold images and videos, whose tokens are an estimate. */
interface MediaParser extends RequestParser {
  /** As {@link #request(String, RequestHeaders)}, with the estimate to use. */
  RequestBody request(String path, RequestHeaders headers, MediaTokens mediaTokens);

  @Override
  default RequestBody request(String path, RequestHeaders headers) {
    return request(path, headers, MediaTokens.DEFAULT);
  }
}

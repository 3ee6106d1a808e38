package io.igw.runtime.parse;

import io.igw.api.Usage;
import io.igw.spi.RequestParser.ResponseBody;

/** A response that is one JSON document. */
final class JsonResponseBody implements ResponseBody {
  private final UsageReader reader = new UsageReader();
  private final JsonScanner scanner = new JsonScanner(UsageReader.FIELDS, reader);

  @Override
  public void feed(byte[] source, int offset, int length) {
    scanner.feed(source, offset, length);
  }

  @Override
  public Usage usage() {
    return reader.usage();
  }
}

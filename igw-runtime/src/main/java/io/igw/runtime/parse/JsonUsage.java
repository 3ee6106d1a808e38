package io.igw.runtime.parse;

import io.igw.api.Usage;
import io.igw.spi.RequestParser;

/** Usage of a response that is one JSON document. */
final class JsonUsage implements RequestParser.ResponseBody {
  private final UsageReader reader;

  JsonUsage(UsageTable table) {
    reader = new UsageReader(table, false);
    reader.start();
  }

  @Override
  public void feed(byte[] source, int offset, int length) {
    reader.feed(source, offset, length);
  }

  @Override
  public Usage usage() {
    reader.commit();
    return reader.usage();
  }
}

package io.igw.extproc.stream;

import java.util.ArrayList;
import java.util.List;

/** What a stream told nobody else. */
final class Swallowed implements StreamEvents {
  int ignored;
  int observed;
  final List<RuntimeException> faults = new ArrayList<>();

  @Override
  public void observed() {
    observed++;
  }

  @Override
  public void ignoredAfterEnd() {
    ignored++;
  }

  @Override
  public void fault(RuntimeException cause) {
    faults.add(cause);
  }
}

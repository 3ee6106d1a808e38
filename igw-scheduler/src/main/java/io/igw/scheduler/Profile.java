package io.igw.scheduler;

import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Scorer;

/** Filters, weighted scorers and a picker. Skeleton: signatures are the contract. */
public final class Profile {
  private Profile() {}

  public static final class Builder {
    public Builder filter(String name, Filter filter) {
      throw new UnsupportedOperationException();
    }

    /** {@code weight}: any finite number. */
    public Builder scorer(String name, Scorer scorer, double weight) {
      throw new UnsupportedOperationException();
    }

    public Builder picker(String name, Picker picker) {
      throw new UnsupportedOperationException();
    }
  }
}

package io.igw.testkit;

import io.igw.spi.DataProducer;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.RequestParser;
import io.igw.spi.Scorer;
import java.util.List;

/** Contracts of given plugins, for {@link ContractsTest} to run one test of. */
final class Breaches {
  private Breaches() {}

  static final class OfScorer extends ScorerContract {
    private final Scorer scorer;

    OfScorer(Scorer scorer) {
      this.scorer = scorer;
    }

    @Override
    protected Scorer scorer() {
      return scorer;
    }
  }

  static final class OfFilter extends FilterContract {
    private final Filter filter;

    OfFilter(Filter filter) {
      this.filter = filter;
    }

    @Override
    protected Filter filter() {
      return filter;
    }
  }

  static final class OfPicker extends PickerContract {
    private final Picker picker;

    OfPicker(Picker picker) {
      this.picker = picker;
    }

    @Override
    protected Picker picker() {
      return picker;
    }
  }

  static final class OfProducer extends ProducerContract {
    private final DataProducer producer;

    OfProducer(DataProducer producer) {
      this.producer = producer;
    }

    @Override
    protected DataProducer producer() {
      return producer;
    }
  }

  static final class OfParser extends ParserContract {
    private final RequestParser parser;

    OfParser(RequestParser parser) {
      this.parser = parser;
    }

    @Override
    protected RequestParser parser() {
      return parser;
    }

    @Override
    protected List<Sample> requests() {
      return List.of(new Sample("/words", "model " + SECRET + " and more"));
    }

    @Override
    protected List<Sample> responses() {
      return List.of(new Sample("text/plain", "some words"));
    }

    @Override
    protected Sample large(int characters) {
      return new Sample("/words", "model " + "w ".repeat(characters / 2));
    }
  }
}

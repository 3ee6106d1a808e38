package io.igw.scheduler;

import io.igw.spi.DataProducer;
import io.igw.testkit.ProducerContract;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The built-in producers keep the contract that strangers' producers are held to. */
class ProducerContractsTest {
  abstract static class Producers extends ProducerContract {
    private final String type;

    Producers(String type) {
      this.type = type;
    }

    @Override
    protected DataProducer producer() {
      return new Made().make(DataProducer.class, type, Map.of());
    }
  }

  @Nested
  class InFlightLoad extends Producers {
    InFlightLoad() {
      super("inflight-load-producer");
    }
  }

  @Nested
  class Tokens extends Producers {
    Tokens() {
      super("token-producer");
    }
  }

  @Nested
  class SessionId extends Producers {
    SessionId() {
      super("session-id-producer");
    }
  }
}

package io.igw.plugins.prefix;

import io.igw.spi.DataProducer;
import io.igw.testkit.ProducerContract;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The producers of this module keep the contract that strangers' producers are held to. */
class ProducerContractsTest {
  abstract static class Producers extends ProducerContract {
    private final String type;

    Producers(String type) {
      this.type = type;
    }

    @Override
    protected DataProducer producer() {
      return new Gateway(1).create(type, type, Map.of(), DataProducer.class);
    }
  }

  @Nested
  class ApproxPrefix extends Producers {
    ApproxPrefix() {
      super("approx-prefix-cache-producer");
    }
  }

  @Nested
  class Media extends Producers {
    Media() {
      super("mm-embeddings-cache-producer");
    }
  }

  @Nested
  class P2pSource extends Producers {
    P2pSource() {
      super("p2p-source-producer");
    }
  }
}

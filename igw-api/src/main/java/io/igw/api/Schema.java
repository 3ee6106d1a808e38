package io.igw.api;

import io.igw.spi.PerEndpoint;
import io.igw.spi.RequestKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns and keys of one configuration: it numbers them while plugins are created and stays as
 * it is afterwards.
 *
 * <p><b>Threading.</b> Filled by the thread that loads the configuration, then published with it.
 */
public final class Schema {
  private final List<Signal> signals = new ArrayList<>();
  private final List<Attribute<?>> attributes = new ArrayList<>();
  private final List<PerEndpoint> perEndpoint = new ArrayList<>();
  private final List<RequestKey<?>> requestKeys = new ArrayList<>();

  /** A schema that holds the constants of {@link Signal} and {@link Attribute}. */
  public Schema() {
    signals.add(Signal.WAITING_REQUESTS);
    signals.add(Signal.RUNNING_REQUESTS);
    signals.add(Signal.KV_CACHE_USAGE);
    signals.add(Signal.CACHE_BLOCK_SIZE);
    signals.add(Signal.CACHE_BLOCKS);
    attributes.add(Attribute.LORA_ADAPTERS);
  }

  /** The signal of that name, added if it is new. */
  public Signal signal(String name) {
    for (Signal signal : signals) {
      if (signal.name().equals(name)) {
        return signal;
      }
    }
    Signal added = new Signal(name, signals.size());
    signals.add(added);
    return added;
  }

  /**
   * The attribute of that data type and producer, added if it is new.
   *
   * @throws IllegalArgumentException if it exists with another value type
   */
  @SuppressWarnings("unchecked")
  public <T> Attribute<T> attribute(String dataType, String producer, Class<T> type) {
    for (Attribute<?> attribute : attributes) {
      if (attribute.dataType().equals(dataType) && attribute.producer().equals(producer)) {
        requireSameType(attribute.toString(), attribute.type(), type);
        return (Attribute<T>) attribute;
      }
    }
    Attribute<T> added = new Attribute<>(dataType, producer, type, attributes.size());
    attributes.add(added);
    return added;
  }

  /** The per-request, per-endpoint key of that data type and producer, added if it is new. */
  public PerEndpoint perEndpoint(String dataType, String producer) {
    for (PerEndpoint key : perEndpoint) {
      if (key.dataType().equals(dataType) && key.producer().equals(producer)) {
        return key;
      }
    }
    PerEndpoint added = new PerEndpoint(dataType, producer, perEndpoint.size());
    perEndpoint.add(added);
    return added;
  }

  /**
   * The per-request key of that name, added if it is new.
   *
   * @throws IllegalArgumentException if it exists with another value type
   */
  @SuppressWarnings("unchecked")
  public <T> RequestKey<T> requestKey(String name, Class<T> type) {
    for (RequestKey<?> key : requestKeys) {
      if (key.name().equals(name)) {
        requireSameType(name, key.type(), type);
        return (RequestKey<T>) key;
      }
    }
    RequestKey<T> added = new RequestKey<>(name, type, requestKeys.size());
    requestKeys.add(added);
    return added;
  }

  /** Number of numeric columns. */
  public int signalCount() {
    return signals.size();
  }

  /** Number of object columns. */
  public int attributeCount() {
    return attributes.size();
  }

  /** Number of per-request, per-endpoint keys. */
  public int perEndpointCount() {
    return perEndpoint.size();
  }

  /** Number of per-request keys. */
  public int requestKeyCount() {
    return requestKeys.size();
  }

  private static void requireSameType(String key, Class<?> known, Class<?> asked) {
    if (known != asked) {
      throw new IllegalArgumentException(
          key + ": " + asked.getName() + " (expected: " + known.getName() + ")");
    }
  }
}

package io.igw.api;

import io.igw.spi.PerEndpoint;
import io.igw.spi.RequestKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  // For those who read a data type whoever produces it.
  private final Map<String, List<Signal>> signalsOf = new HashMap<>();
  private final Map<String, List<RequestKey<?>>> requestKeysOf = new HashMap<>();

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
    List<Signal> asked = signalsOf.get(dataType(name));
    if (asked != null) {
      asked.add(added);
    }
    return added;
  }

  /**
   * The signals of a data type whoever produces them: that of the bare name and those named {@code
   * dataType/producer}. The list grows while plugins are created.
   */
  public List<Signal> signalsOf(String dataType) {
    List<Signal> found = signalsOf.get(dataType);
    if (found == null) {
      found = new ArrayList<>();
      found.add(signal(dataType));
      for (Signal signal : signals) {
        if (dataType(signal.name()).equals(dataType)) {
          found.add(signal);
        }
      }
      signalsOf.put(dataType, found);
    }
    return Collections.unmodifiableList(found);
  }

  /** What stands before the last slash; empty if there is none. */
  private static String dataType(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
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
    List<RequestKey<?>> asked = requestKeysOf.get(dataType(name));
    if (asked != null) {
      asked.add(added);
    }
    return added;
  }

  /**
   * The per-request keys of a data type whoever produces them, those named {@code
   * dataType/producer}, of any value type. The list grows while plugins are created.
   */
  public List<RequestKey<?>> requestKeysOf(String dataType) {
    List<RequestKey<?>> found = requestKeysOf.get(dataType);
    if (found == null) {
      found = new ArrayList<>();
      for (RequestKey<?> key : requestKeys) {
        if (dataType(key.name()).equals(dataType)) {
          found.add(key);
        }
      }
      requestKeysOf.put(dataType, found);
    }
    return Collections.unmodifiableList(found);
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

package io.igw.api;

/**
 * Key of an object column of the {@link EndpointSnapshot}; its text form is {@code
 * dataType/producer}. Obtained from a {@link Schema}.
 *
 * @param <T> type of the values; immutable
 */
public final class Attribute<T> {
  /**
   * Adapters that an endpoint serves, as its engine reports them; absent for an engine without LoRA
   * metrics.
   */
  public static final Attribute<LoraAdapters> LORA_ADAPTERS =
      new Attribute<>("LoraAdapters", "core-metrics-extractor", LoraAdapters.class, 0);

  /** How many constants there are. */
  static final int CONSTANTS = 1;

  private final String dataType;
  private final String producer;
  private final Class<T> type;
  private final int index;

  Attribute(String dataType, String producer, Class<T> type, int index) {
    this.dataType = dataType;
    this.producer = producer;
    this.type = type;
    this.index = index;
  }

  /** What the value is. */
  public String dataType() {
    return dataType;
  }

  /** Name of the plugin that fills it. */
  public String producer() {
    return producer;
  }

  /** Type of the values. */
  public Class<T> type() {
    return type;
  }

  /** Column number within the schema. */
  public int index() {
    return index;
  }

  @Override
  public String toString() {
    return dataType + "/" + producer;
  }
}

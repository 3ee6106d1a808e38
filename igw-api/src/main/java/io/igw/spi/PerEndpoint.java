package io.igw.spi;

/**
 * Key of per-request, per-endpoint numbers (matched blocks, predicted seconds), made at
 * configuration by {@link PluginContext#produces} and {@link PluginContext#consumes}.
 *
 * @param dataType what the number is
 * @param producer name of the plugin instance that writes it
 * @param index column number
 * @param writable whether a plugin may write it: only who has declared that it produces it
 */
public record PerEndpoint(String dataType, String producer, int index, boolean writable) {
  /** A key that may be written. */
  public PerEndpoint(String dataType, String producer, int index) {
    this(dataType, producer, index, true);
  }

  /** The same key, for reading only. */
  public PerEndpoint reader() {
    return new PerEndpoint(dataType, producer, index, false);
  }
}

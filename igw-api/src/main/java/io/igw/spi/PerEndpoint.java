package io.igw.spi;

/**
 * Key of per-request, per-endpoint numbers (matched blocks, predicted seconds), made at
 * configuration by {@link PluginContext#produces} and {@link PluginContext#consumes}.
 *
 * @param dataType what the number is
 * @param producer name of the plugin instance that writes it
 * @param index column number
 */
public record PerEndpoint(String dataType, String producer, int index) {}

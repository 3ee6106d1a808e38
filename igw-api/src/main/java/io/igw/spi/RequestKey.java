package io.igw.spi;

/**
 * Slot of per-request state, made at configuration by {@link PluginContext#requestKey}.
 *
 * @param name unique within a configuration
 * @param type type of the value
 * @param index slot number
 * @param <T> type of the value
 */
public record RequestKey<T>(String name, Class<T> type, int index) {}

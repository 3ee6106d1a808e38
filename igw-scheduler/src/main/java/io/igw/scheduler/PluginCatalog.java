package io.igw.scheduler;

import io.igw.spi.PluginProvider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The plugin types on the class path. Skeleton: signatures are the contract. */
public final class PluginCatalog {
  private PluginCatalog() {}

  /**
   * Finds providers by ServiceLoader. A provider that fails to load is reported in {@link
   * #problems} and hides no other.
   */
  public static PluginCatalog load(ClassLoader loader) {
    throw new UnsupportedOperationException();
  }

  public @Nullable PluginProvider provider(String type) {
    throw new UnsupportedOperationException();
  }

  /** By type, sorted. */
  public Map<String, PluginProvider> providers() {
    throw new UnsupportedOperationException();
  }

  /**
   * Providers that failed, and types that two classes claim (both classes and both jars are named).
   */
  public java.util.List<String> problems() {
    throw new UnsupportedOperationException();
  }
}

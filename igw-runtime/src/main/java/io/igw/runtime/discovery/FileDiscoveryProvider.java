package io.igw.runtime.discovery;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Provides {@code file-discovery}. */
public final class FileDiscoveryProvider implements PluginProvider {
  /** Called by ServiceLoader. */
  public FileDiscoveryProvider() {}

  @Override
  public String type() {
    return FileDiscovery.TYPE;
  }

  @Override
  public String summary() {
    return "endpoints from a file";
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    String path = parameters.text("path", "");
    boolean watch = parameters.flag("watchFile", false);
    Path file = Path.of("");
    if (path.isEmpty()) {
      parameters.reject("path", "a path; file-discovery: 'path' parameter is required");
    } else {
      try {
        file = Path.of(path);
      } catch (InvalidPathException e) {
        parameters.reject("path", "a path; " + e.getReason());
      }
    }
    return new FileDiscovery(
        file, watch, context.timer(), context.background(), InetAddress::getAllByName);
  }
}

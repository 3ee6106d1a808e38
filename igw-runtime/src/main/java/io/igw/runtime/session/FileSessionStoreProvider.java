package io.igw.runtime.session;

import io.igw.spi.Parameters;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.PluginProvider;
import io.igw.spi.SessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

/** Provides {@code file-session-store}. */
public final class FileSessionStoreProvider implements PluginProvider {
  /** For ServiceLoader. */
  public FileSessionStoreProvider() {}

  @Override
  public String type() {
    return FileSessionStore.TYPE;
  }

  @Override
  public Stability stability() {
    return Stability.ALPHA;
  }

  @Override
  public String summary() {
    return "keeps sessions in a folder, over restarts and for all pickers that share it";
  }

  @Override
  public Plugin create(Parameters parameters, PluginContext context) {
    context.produces(SessionStore.DATA_TYPE);
    String text = parameters.text("directory", "");
    Duration keep = parameters.duration("keep", Duration.ofHours(1));
    Path directory = Path.of("");
    if (text.isEmpty()) {
      parameters.reject("directory", "a folder");
    } else {
      try {
        directory = Files.createDirectories(Path.of(text));
        if (!Files.isWritable(directory)) {
          parameters.reject("directory", "a folder that can be written to");
        }
      } catch (IOException | InvalidPathException e) {
        parameters.reject("directory", "a folder that can be written to");
      }
    }
    return new FileSessionStore(directory, keep, System::currentTimeMillis);
  }
}

package io.igw.extproc.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A configuration with file discovery in a folder. */
public final class PoolFiles {
  private PoolFiles() {}

  /** Writes both files; returns the configuration. Nobody listens on the endpoints' ports. */
  public static Path write(Path directory, String... addresses) throws IOException {
    StringBuilder endpoints = new StringBuilder("endpoints:\n");
    for (int i = 0; i < addresses.length; i++) {
      int colon = addresses[i].lastIndexOf(':');
      endpoints
          .append("- {name: pod-")
          .append(i)
          .append(", address: \"")
          .append(addresses[i], 0, colon)
          .append("\", port: \"")
          .append(addresses[i].substring(colon + 1))
          .append("\"}\n");
    }
    if (addresses.length == 0) {
      endpoints = new StringBuilder("endpoints: []\n");
    }
    Path file = directory.resolve("endpoints.yaml");
    Files.writeString(file, endpoints);
    return Files.writeString(
        directory.resolve("config.yaml"),
        """
        apiVersion: llm-d.ai/v1alpha1
        kind: EndpointPickerConfig
        plugins:
        - {name: files, type: file-discovery, parameters: {path: %s, watchFile: true}}
        - {type: queue-scorer}
        - {type: max-score-picker}
        schedulingProfiles:
        - name: default
          plugins:
          - {pluginRef: queue-scorer, weight: 1}
          - {pluginRef: max-score-picker}
        dataLayer:
          discovery: {pluginRef: files}
        """
            .formatted(file));
  }
}

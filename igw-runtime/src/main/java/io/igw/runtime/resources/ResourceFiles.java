package io.igw.runtime.resources;

import io.igw.runtime.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The files that paths stand for: a file for itself, a folder for its YAML and JSON files. */
final class ResourceFiles {
  private static final int MAX_FILES = 1000;
  private static final int MAX_BYTES = YamlReader.MAX_CHARS;

  private final List<Path> paths;

  /** What tells a file from what it was before. */
  record Stamp(long modified, long size, @Nullable Object key) {}

  ResourceFiles(List<Path> paths) {
    this.paths = List.copyOf(paths);
  }

  /** The files as they stand on the disk, those of a folder by name. */
  Map<Path, Stamp> stamps() throws IOException {
    Map<Path, Stamp> stamps = new LinkedHashMap<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        for (Path file : folder(path)) {
          stamps.put(file, stamp(file));
        }
      } else {
        stamps.put(path, stamp(path));
      }
    }
    return stamps;
  }

  /** Names that begin with a dot are left out: Kubernetes keeps what it mounts under such. */
  private static TreeSet<Path> folder(Path folder) throws IOException {
    TreeSet<Path> files = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        boolean ours = name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
        if (ours && !name.startsWith(".") && Files.isRegularFile(entry)) {
          files.add(entry);
        }
        if (files.size() > MAX_FILES) {
          throw new IOException(folder + ": more files (expected: at most " + MAX_FILES + ")");
        }
      }
    }
    return files;
  }

  private static Stamp stamp(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new Stamp(
        attributes.lastModifiedTime().toMillis(), attributes.size(), attributes.fileKey());
  }

  static String content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException(file + ": larger than 1 MiB (expected: at most 1 MiB)");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? e.getMessage() + ": no such file (expected: a file or folder that can be read)"
        : Objects.toString(e.getMessage(), e.toString());
  }
}

package io.igw.runtime.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.igw.api.EndpointId;
import io.igw.spi.SessionStore;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in the files of a folder: {@code file-session-store}. A line is {@code milliseconds
 * namespace name session}, each part URL-encoded; lines that are none are passed over.
 *
 * <p><b>Threading.</b> Any thread; one at a time writes.
 */
final class FileSessionStore implements SessionStore {
  /** Type as configuration names it. */
  static final String TYPE = "file-session-store";

  /** A process begins another file then, so that the older one can be deleted one day. */
  static final int MOST_FILE_BYTES = 4 << 20;

  private static final int MOST_READ_BYTES = 8 << 20;
  private static final int MOST_FILES = 1_000;
  private static final int PARTS = 4;
  private static final String NAMES = "igw-*.sessions";

  private final Path directory;
  private final long keepMillis;
  private final LongSupplier millisClock;
  private final Set<Path> own = ConcurrentHashMap.newKeySet();
  private @Nullable Path current;
  private long currentBytes;

  FileSessionStore(Path directory, Duration keep, LongSupplier millisClock) {
    this.directory = directory;
    this.keepMillis = keep.toMillis();
    this.millisClock = millisClock;
  }

  @Override
  public synchronized void write(List<Binding> bindings) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Binding binding : bindings) {
      lines
          .append(binding.usedMillis())
          .append(' ')
          .append(URLEncoder.encode(binding.endpoint().namespace(), UTF_8))
          .append(' ')
          .append(URLEncoder.encode(binding.endpoint().name(), UTF_8))
          .append(' ')
          .append(URLEncoder.encode(binding.session(), UTF_8))
          .append('\n');
    }
    ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(ISO_8859_1));
    if (current == null || currentBytes > MOST_FILE_BYTES) {
      current = directory.resolve("igw-" + UUID.randomUUID() + ".sessions");
      currentBytes = 0;
      own.add(current);
    }
    currentBytes += bytes.remaining();
    try (SeekableByteChannel file = append(current)) {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    }
    deleteOld();
  }

  /** Ids of sessions may let their owner in somewhere, so nobody else may read them. */
  private static SeekableByteChannel append(Path file) throws IOException {
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    return Files.newByteChannel(file, options, attributes);
  }

  private void deleteOld() throws IOException {
    long before = millisClock.getAsLong() - keepMillis;
    for (Path file : files()) {
      try {
        if (!file.equals(current) && Files.getLastModifiedTime(file).toMillis() < before) {
          Files.deleteIfExists(file);
        }
      } catch (NoSuchFileException e) {
        // Another process was quicker.
      }
    }
  }

  private List<Path> files() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, NAMES)) {
      for (Path file : all) {
        found.add(file);
        if (found.size() == MOST_FILES) {
          break;
        }
      }
    }
    return found;
  }

  @Override
  public Reader reader() {
    Map<Path, Long> offsets = new HashMap<>();
    return () -> {
      List<Binding> read = new ArrayList<>();
      List<Path> files = files();
      offsets.keySet().retainAll(files);
      for (Path file : files) {
        if (!own.contains(file)) {
          offsets.merge(file, read(file, offsets.getOrDefault(file, 0L), read), (old, now) -> now);
        }
      }
      return read;
    };
  }

  /** Reads whole lines from {@code offset} on; where the next read begins. */
  private static long read(Path file, long offset, List<Binding> to) throws IOException {
    byte[] bytes;
    int length;
    try (SeekableByteChannel in = Files.newByteChannel(file)) {
      long size = in.size() - offset;
      if (size <= 0) {
        return offset;
      }
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(size, MOST_READ_BYTES));
      in.position(offset);
      while (buffer.hasRemaining() && in.read(buffer) > 0) {
        // Until it is full or the file ends.
      }
      bytes = buffer.array();
      length = buffer.position();
    } catch (NoSuchFileException e) {
      return offset;
    }
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        Binding binding = binding(new String(bytes, start, i - start, ISO_8859_1));
        if (binding != null) {
          to.add(binding);
        }
        start = i + 1;
      }
    }
    // A line without end in so many bytes is none.
    return offset + (start == 0 && length == MOST_READ_BYTES ? length : start);
  }

  private static @Nullable Binding binding(String line) {
    String[] parts = line.split(" ", -1);
    if (parts.length != PARTS) {
      return null;
    }
    try {
      return new Binding(
          URLDecoder.decode(parts[3], UTF_8),
          new EndpointId(URLDecoder.decode(parts[1], UTF_8), URLDecoder.decode(parts[2], UTF_8)),
          Long.parseLong(parts[0]));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}

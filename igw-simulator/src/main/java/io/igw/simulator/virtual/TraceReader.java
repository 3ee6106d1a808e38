package io.igw.simulator.virtual;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads traces, gzipped or not: Mooncake's JSON Lines, Azure's CSV of 2023, and JSON Lines of igw's
 * own with the fields {@code at_ms}, {@code prompt_tokens}, {@code output_tokens}, and as one likes
 * {@code blocks} (content ids), {@code block_tokens} (64) and {@code model}.
 */
final class TraceReader {
  private static final int MOONCAKE_BLOCK_TOKENS = 512;
  private static final int OWN_BLOCK_TOKENS = 64;
  private static final int MOST_TOKENS = 100_000_000;
  private static final long MOST_DAYS = 366;
  private static final double LAST_MILLIS = 9e12; // as nanoseconds a long holds it
  private static final String AZURE_HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
  private static final JsonFactory JSON = new JsonFactory();

  private final Path file;
  private final boolean lenient;
  private final List<TraceRequest> requests = new ArrayList<>();
  private int line;
  private long latestNanos;
  private int latestLine;
  private int broken;
  private @Nullable String firstProblem;

  private TraceReader(Path file, boolean lenient) {
    this.file = file;
    this.lenient = lenient;
  }

  /** A trace, and how many lines of it were skipped. */
  record Read(Trace trace, int skipped, @Nullable String firstProblem) {}

  /**
   * Reads a file.
   *
   * @param lenient whether broken lines are skipped rather than refused
   */
  static Read read(Path file, boolean lenient) throws TraceException {
    TraceReader reader = new TraceReader(file, lenient);
    try (InputStream raw = Files.newInputStream(file)) {
      InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
      reader.lines(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new TraceException(file + ": cannot be read: " + e.getMessage());
    }
    if (reader.broken > 0 && !lenient) {
      String more = reader.broken == 1 ? "" : " (and " + (reader.broken - 1) + " more lines)";
      throw new TraceException(reader.firstProblem + more + "; --lenient skips such lines");
    }
    return reader.finish();
  }

  private Read finish() throws TraceException {
    if (requests.isEmpty()) {
      throw new TraceException(file + ": no requests (expected: one a line)");
    }
    requests.sort(Comparator.comparingLong(TraceRequest::arrivalNanos));
    long start = requests.get(0).arrivalNanos();
    List<TraceRequest> fromZero =
        requests.stream().map(r -> r.at(r.arrivalNanos() - start)).toList();
    long days = TimeUnit.NANOSECONDS.toDays(latestNanos - start);
    if (days > MOST_DAYS) {
      // Engines are scraped all the time between.
      throw new TraceException(
          String.format(
              "%s:%d: %d days after the first request (expected: at most %d)",
              file, latestLine, days, MOST_DAYS));
    }
    Path name = file.getFileName();
    return new Read(
        new Trace(name == null ? file.toString() : name.toString(), fromZero),
        broken,
        firstProblem);
  }

  private void lines(BufferedReader in) throws IOException {
    boolean azure = false;
    for (String text = in.readLine(); text != null; text = in.readLine()) {
      line++;
      if (text.isBlank()) {
        continue;
      }
      if (line == 1 && text.strip().equals(AZURE_HEADER)) {
        azure = true;
        continue;
      }
      try {
        TraceRequest request = azure ? azure(text.strip()) : json(text);
        requests.add(request);
        if (request.arrivalNanos() >= latestNanos) {
          latestNanos = request.arrivalNanos();
          latestLine = line;
        }
      } catch (IllegalArgumentException | IOException | DateTimeParseException e) {
        broken++;
        if (firstProblem == null) {
          firstProblem = file + ":" + line + ": " + firstLine(e);
        }
      }
    }
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static TraceRequest azure(String text) {
    String[] fields = text.split(",", -1);
    if (fields.length != 3) {
      throw new IllegalArgumentException(
          fields.length + " fields (expected: " + AZURE_HEADER + ")");
    }
    LocalDateTime time = LocalDateTime.parse(fields[0].replace(' ', 'T'));
    long nanos = time.toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L + time.getNano();
    return request(nanos, number(fields[1]), number(fields[2]), new long[0], OWN_BLOCK_TOKENS, "");
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' (expected: a number)", e);
    }
  }

  private static TraceRequest json(String text) throws IOException {
    double millis = Double.NaN;
    double prompt = Double.NaN;
    double output = Double.NaN;
    int blockTokens = OWN_BLOCK_TOKENS;
    long[] blocks = new long[0];
    String model = "";
    try (JsonParser in = JSON.createParser(text)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object (expected: one a line)");
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String name = in.currentName();
        in.nextToken();
        switch (name) {
          case "timestamp", "at_ms" -> millis = in.getDoubleValue();
          case "input_length", "prompt_tokens" -> prompt = in.getDoubleValue();
          case "output_length", "output_tokens" -> output = in.getDoubleValue();
          case "block_tokens" -> blockTokens = in.getIntValue();
          case "model" -> model = in.getText();
          case "blocks" -> blocks = ids(in);
          case "hash_ids" -> {
            blocks = ids(in);
            blockTokens = MOONCAKE_BLOCK_TOKENS;
          }
          default -> in.skipChildren();
        }
      }
      if (in.nextToken() != null) {
        throw new IllegalArgumentException("more behind the object (expected: one a line)");
      }
    }
    if (millis > LAST_MILLIS) {
      throw new IllegalArgumentException("time: " + millis + " (expected: at most 9e12 ms)");
    }
    return request((long) (millis * 1e6), prompt, output, blocks, blockTokens, model, millis);
  }

  private static TraceRequest request(
      long nanos, double prompt, double output, long[] blocks, int blockTokens, String model) {
    return request(nanos, prompt, output, blocks, blockTokens, model, nanos);
  }

  private static TraceRequest request(
      long nanos,
      double prompt,
      double output,
      long[] blocks,
      int blockTokens,
      String model,
      double time) {
    if (!(time >= 0)) {
      throw new IllegalArgumentException("time: " + time + " (expected: >= 0)");
    }
    tokens("prompt tokens", prompt);
    tokens("output tokens", output);
    if (blockTokens < 64 || blockTokens % 64 != 0) {
      throw new IllegalArgumentException(
          "block_tokens: " + blockTokens + " (expected: a multiple of 64)");
    }
    return new TraceRequest(
        nanos, Math.max(1, (int) prompt), Math.max(1, (int) output), blocks, blockTokens, model);
  }

  private static void tokens(String name, double value) {
    if (!(value >= 0 && value <= MOST_TOKENS)) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: 0.." + MOST_TOKENS + ")");
    }
  }

  private static long[] ids(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw new IllegalArgumentException("block ids: not a list (expected: whole numbers)");
    }
    long[] ids = new long[32];
    int count = 0;
    while (in.nextToken() != JsonToken.END_ARRAY) {
      if (count == ids.length) {
        ids = Arrays.copyOf(ids, 2 * count);
      }
      ids[count++] = in.getLongValue();
    }
    return Arrays.copyOf(ids, count);
  }
}

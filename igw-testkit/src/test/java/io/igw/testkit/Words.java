package io.igw.testkit;

import io.igw.api.Prompt;
import io.igw.api.PromptBuilder;
import io.igw.api.RequestHeaders;
import io.igw.api.Usage;
import io.igw.spi.RequestParser;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parser of an API whose body is the prompt; its faults are planted one by one. */
final class Words implements RequestParser {
  /** What is wrong with it. */
  enum Fault {
    NONE,
    KEEPS_THE_ARRAY,
    SEES_PIECES,
    THROWS,
    REPEATS_THE_PROMPT,
    COPIES,
    SLEEPS
  }

  private final Fault fault;

  Words(Fault fault) {
    this.fault = fault;
  }

  @Override
  public List<String> pathSuffixes() {
    return List.of("words");
  }

  @Override
  public RequestBody request(String path, RequestHeaders headers) {
    return new Body();
  }

  @Override
  public ResponseBody response(@Nullable String contentType) {
    return new ResponseBody() {
      @Override
      public void feed(byte[] source, int offset, int length) {}

      @Override
      public Usage usage() {
        return Usage.UNKNOWN;
      }
    };
  }

  static void sleep() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counts what passes and hashes it. */
  private final class Body implements RequestBody {
    private byte[] kept = new byte[0];
    private int bytes;
    private int pieces;
    private boolean sound = true;
    private long hash = 17;

    @Override
    public void feed(byte[] source, int offset, int length) {
      if (fault == Fault.KEEPS_THE_ARRAY && bytes == 0) {
        kept = source;
      }
      if (fault == Fault.COPIES) {
        kept = Arrays.copyOf(kept, kept.length + length);
      }
      if (fault == Fault.SLEEPS) {
        sleep();
      }
      pieces++;
      bytes += length;
      for (int i = offset; i < offset + length; i++) {
        sound &= source[i] >= ' ';
        hash = hash * 31 + source[i];
      }
    }

    @Override
    public Parsed finish() {
      if (!sound && fault == Fault.THROWS) {
        throw new IllegalStateException("control character");
      }
      String error = sound ? null : "a control character (expected: text)";
      if (error != null && fault == Fault.REPEATS_THE_PROMPT) {
        error += ParserContract.SECRET;
      }
      return new Found(error, tokens());
    }

    private int tokens() {
      return switch (fault) {
        case KEEPS_THE_ARRAY -> kept.length > 3 ? kept[3] : 0;
        case SEES_PIECES -> pieces;
        default -> (int) (hash & 0xFFFF);
      };
    }
  }

  /** What the body said. */
  private record Found(@Nullable String error, int maxOutputTokens) implements Parsed {
    @Override
    public String model() {
      return "model";
    }

    @Override
    public boolean modelRequired() {
      return false;
    }

    @Override
    public long modelStart() {
      return -1;
    }

    @Override
    public long modelEnd() {
      return -1;
    }

    @Override
    public boolean stream() {
      return false;
    }

    @Override
    public Prompt prompt(String targetModel) {
      return new PromptBuilder().text("text").build(targetModel, null);
    }
  }
}

package io.igw.simulator;

import io.igw.runtime.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** How the tools read their command lines and end. */
public final class CommandLines {
  private static final int FAILED = 1;
  private static final int BAD_OPTIONS = 2;

  private CommandLines() {}

  /** What a tool does once its options are read. */
  public interface Action {
    /**
     * Does it.
     *
     * @return the exit code
     * @throws IllegalArgumentException if an option is wrong
     */
    int run() throws IOException, InterruptedException;
  }

  /**
   * Reads {@code args} into {@code options}, which picocli knows, and acts; or prints the help:
   * options as they are declared, then {@code --help}.
   *
   * @return what the action returns; 1 if it failed; 2, with what was wrong and expected, if an
   *     option or a configuration is bad
   */
  public static int run(
      ToolProvider tool,
      Object options,
      PrintWriter out,
      PrintWriter err,
      String[] args,
      Action action) {
    CommandLine line =
        new CommandLine(options)
            .registerConverter(Duration.class, Durations::parse)
            .setUsageHelpAutoWidth(true)
            .setOut(out)
            .setErr(err);
    CommandSpec spec = line.getCommandSpec();
    spec.usageMessage().sortOptions(false);
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Prints this.").build());
    String name = "igw " + tool.name() + ": ";
    try {
      line.parseArgs(args);
      if (line.isUsageHelpRequested()) {
        line.usage(out);
        return 0;
      }
      return action.run();
    } catch (ParameterException | IllegalArgumentException | ConfigurationException e) {
      err.println(name + e.getMessage());
      err.println(name + "try 'igw " + tool.name() + " --help'");
      return BAD_OPTIONS;
    } catch (IOException e) {
      err.println(name + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    } finally {
      out.flush();
      err.flush();
    }
  }

  /**
   * Checks that an option's file, or folder, can be written: before what fills it, which may take a
   * quarter of an hour.
   */
  public static void writable(String option, @Nullable Path path, boolean folder) {
    if (path == null) {
      return;
    }
    Path whole = path.toAbsolutePath();
    if (folder) {
      Path there = whole;
      while (there != null && !Files.exists(there)) {
        there = there.getParent();
      }
      if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
        throw new IllegalArgumentException(option + ": " + path + " (expected: a writable folder)");
      }
    } else if (Files.exists(whole)
        ? !Files.isRegularFile(whole) || !Files.isWritable(whole)
        : whole.getParent() == null || !Files.isWritable(whole.getParent())) {
      throw new IllegalArgumentException(
          option + ": " + path + " (expected: a file in a writable folder that exists)");
    }
  }
}

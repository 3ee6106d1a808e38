package io.igw.extproc.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** {@code igw epp}: from arguments to a running server and to its exit code. */
public final class Epp {
  private static final int OK = 0;
  private static final int CANNOT_START = 1;
  private static final int BAD_FLAGS = 2;

  private Epp() {}

  /** Prints what commands there are. */
  public static void usage(PrintStream out, List<String> tools) {
    Usage.igw(out, tools);
  }

  /** Runs until SIGTERM; returns the exit code. */
  public static int run(
      List<String> args, Map<String, String> environment, PrintStream out, PrintStream err)
      throws InterruptedException {
    if (args.contains("--help") || args.contains("-h")) {
      Usage.epp(out);
      return OK;
    }
    Settings settings = Settings.parse(args, environment);
    if (!settings.problems().isEmpty()) {
      settings.problems().forEach(problem -> err.println("igw: " + problem));
      err.println("igw: try 'igw epp --help'");
      return BAD_FLAGS;
    }
    LogSetup.apply(settings.verbosity());
    try {
      return settings.get(Flags.VALIDATE_CONFIG) ? validate(settings, out) : serve(settings);
    } catch (StartupException e) {
      e.problems().forEach(problem -> err.println("igw: " + problem));
      return CANNOT_START;
    }
  }

  private static int validate(Settings settings, PrintStream out) throws StartupException {
    RuntimeSetup.validate(settings).forEach(out::println);
    out.println("configuration is valid");
    return OK;
  }

  private static int serve(Settings settings) throws StartupException, InterruptedException {
    EppServer server = EppServer.start(settings);
    Thread drain =
        new Thread(
            () -> {
              try {
                server.drain();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              // A requested end is success; without this the JVM reports the signal.
              Runtime.getRuntime().halt(OK);
            },
            "igw-drain");
    Runtime.getRuntime().addShutdownHook(drain);
    server.awaitStop();
    return OK;
  }
}

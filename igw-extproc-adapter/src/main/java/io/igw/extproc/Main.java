package io.igw.extproc;

import io.igw.extproc.cli.Epp;
import io.igw.extproc.cli.PluginPages;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;

/**
 * Entry point of the runnable jar: {@code epp} serves; other commands are tools found on the class
 * path by name.
 */
public final class Main {
  private static final int UNKNOWN_COMMAND = 2;

  /** How many of its buffers a transport follows, to tell of those that are lost: of netty. */
  static final String LEAK_DETECTION = "io.netty.leakDetection.level";

  /** The same of the netty within gRPC. */
  static final String GRPC_LEAK_DETECTION = "io.grpc.netty.shaded." + LEAK_DETECTION;

  /** Whether the pools of gRPC's netty add up, at every buffer, what is in use: nobody asks. */
  static final String GRPC_PINNED_MEMORY = "io.grpc.netty.shaded.io.netty.trackPinnedMemory";

  private Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] args) throws IOException, InterruptedException {
    withoutBookkeeping();
    int code = run(args);
    System.out.flush();
    System.err.flush();
    System.exit(code);
  }

  /**
   * The transport would take two stack traces for every 128th buffer, 7 % of an event loop under
   * load, and count pinned bytes, 1.5 %. Must run before any of its classes; what the user has set
   * stays.
   */
  static void withoutBookkeeping() {
    System.getProperties().putIfAbsent(LEAK_DETECTION, "disabled");
    System.getProperties().putIfAbsent(GRPC_LEAK_DETECTION, "disabled");
    System.getProperties().putIfAbsent(GRPC_PINNED_MEMORY, "false");
  }

  private static int run(String[] args) throws IOException, InterruptedException {
    String command = args.length == 0 ? "help" : args[0];
    List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    switch (command) {
      case "help", "--help", "-h" -> {
        Epp.usage(System.out, tools().stream().map(ToolProvider::name).toList());
        return 0;
      }
      case "version", "--version" -> {
        System.out.println("igw " + version());
        return 0;
      }
      case "epp" -> {
        return Epp.run(rest, System.getenv(), System.out, System.err);
      }
      case "plugins" -> {
        return PluginPages.run(rest, System.out, System.err);
      }
      case "null-server" -> {
        NullServerMain.main(rest.toArray(new String[0]));
        return 0;
      }
      default -> {
        if (command.startsWith("-")) {
          return Epp.run(Arrays.asList(args), System.getenv(), System.out, System.err);
        }
      }
    }
    for (ToolProvider tool : tools()) {
      if (tool.name().equals(command)) {
        return tool.run(System.out, System.err, rest.toArray(new String[0]));
      }
    }
    System.err.println("igw: " + command + " (expected: a command; try 'igw help')");
    return UNKNOWN_COMMAND;
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  /** The tools that come with igw, not the JDK's. */
  private static List<ToolProvider> tools() {
    return ServiceLoader.load(ToolProvider.class).stream()
        .filter(provider -> !provider.type().getModule().isNamed())
        .map(ServiceLoader.Provider::get)
        .toList();
  }
}

package io.igw.extproc.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** What {@code --help} prints. */
final class Usage {
  private static final int COLUMN = 42;

  private Usage() {}

  static void igw(PrintStream out, List<String> tools) {
    out.println("Usage: igw COMMAND [FLAG...]");
    out.println();
    out.println("Picks the model server for each generative-AI request.");
    out.println();
    line(out, "epp", "Serve picks to Envoy over ext-proc; the default command.");
    line(out, "plugins", "List plugin types and what their parameters may be.");
    tools.forEach(tool -> line(out, tool, "igw " + tool + " --help tells more."));
    line(out, "help", "This page.");
    out.println();
    out.println("  --version prints the version. igw epp --help lists the flags of the server.");
  }

  static void epp(PrintStream out) {
    out.println("Usage: igw epp [FLAG...]");
    out.println();
    out.println("Serves endpoint picks to Envoy over ext-proc. Flags are those of the reference");
    out.println("endpoint picker and igw's own; --flag VALUE and --flag=VALUE both work, and each");
    out.println("flag has an environment form: IGW_GRPC_PORT for --grpc-port.");
    String section = "";
    for (Flag<?> flag : Flags.all()) {
      if (!flag.section().equals(section)) {
        section = flag.section();
        out.println();
        out.println(section + ":");
      }
      String name = String.join(", ", flag.names());
      String help = flag.help() + initial(flag);
      line(out, flag.kind() == Flag.Kind.SWITCH ? name : name + " " + flag.label(), help);
    }
  }

  private static String initial(Flag<?> flag) {
    Object initial = flag.initial();
    if (initial == null || initial.toString().isEmpty() || initial.equals(List.of())) {
      return "";
    }
    if (initial instanceof Duration duration) {
      String text = duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
      return " [" + (duration.toMillis() < 1000 ? duration.toMillis() + "ms" : text) + "]";
    }
    return " [" + initial + "]";
  }

  private static void line(PrintStream out, String left, String right) {
    if (left.length() + 4 > COLUMN) {
      out.println("  " + left);
      out.println(" ".repeat(COLUMN) + right);
    } else {
      out.println("  " + left + " ".repeat(COLUMN - 2 - left.length()) + right);
    }
  }
}

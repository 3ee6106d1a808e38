package io.igw.extproc.cli;

import io.igw.runtime.PluginDescription;
import io.igw.runtime.PluginDescription.Parameter;
import io.igw.runtime.PluginDirectory;
import io.igw.scheduler.NearestName;
import io.igw.scheduler.PluginCatalog;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code igw plugins}: every plugin type with its defaults, or one of them in full. */
public final class PluginPages {
  private static final int OK = 0;
  private static final int BAD_ARGUMENTS = 2;
  private static final int COLUMNS = 80;
  private static final String INDENT = "    ";
  private static final String FOLDER = "--plugins-dir";

  private static final List<String> LIST = List.of("TYPE", "STABILITY", "WHAT IT IS FOR");
  private static final List<Function<PluginDescription, String>> LISTED =
      List.of(PluginDescription::type, PluginDescription::stability, PluginDescription::summary);

  private PluginPages() {}

  /** Prints; returns the exit code. */
  public static int run(List<String> args, PrintStream out, PrintStream err) {
    List<String> types = new ArrayList<>();
    String folder = null;
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.equals("--help") || arg.equals("-h")) {
        usage(out);
        return OK;
      } else if (arg.startsWith(FOLDER + "=")) {
        folder = arg.substring(FOLDER.length() + 1);
      } else if (arg.equals(FOLDER) && i + 1 < args.size()) {
        folder = args.get(++i);
      } else if (arg.startsWith("-")) {
        err.println("igw plugins: " + arg + " (expected: a plugin type, or " + FOLDER + " DIR)");
        return BAD_ARGUMENTS;
      } else {
        types.add(arg);
      }
    }
    // Making a plugin to see what it asks for is no event.
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    try {
      return print(types, catalog(folder, err), out, err);
    } catch (IOException e) {
      err.println("igw plugins: " + FOLDER + ": " + e.getMessage());
      return BAD_ARGUMENTS;
    }
  }

  private static void usage(PrintStream out) {
    out.println("Usage: igw plugins [--plugins-dir DIR] [TYPE...]");
    out.println();
    out.println("Lists the plugin types of this build, of a folder of jars, and those of the");
    out.println("reference endpoint picker that this build lacks; with TYPE its parameters.");
  }

  private static PluginCatalog catalog(@Nullable String folder, PrintStream err)
      throws IOException {
    ClassLoader loader = PluginPages.class.getClassLoader();
    PluginCatalog catalog;
    if (folder == null) {
      catalog = PluginCatalog.load(loader);
    } else {
      PluginDirectory directory = PluginDirectory.open(Path.of(folder), loader);
      directory.problems().forEach(problem -> err.println("igw plugins: " + problem));
      catalog = directory.catalog();
    }
    catalog.problems().forEach(problem -> err.println("igw plugins: " + problem));
    return catalog;
  }

  private static int print(
      List<String> types, PluginCatalog catalog, PrintStream out, PrintStream err) {
    if (types.isEmpty()) {
      list(PluginDescription.all(catalog), out);
      return OK;
    }
    int code = OK;
    for (String type : types) {
      PluginDescription plugin = PluginDescription.of(type, catalog);
      if (plugin == null) {
        Set<String> known =
            PluginDescription.all(catalog).stream()
                .map(PluginDescription::type)
                .collect(Collectors.toSet());
        err.println(
            "igw plugins: no plugin type '"
                + type
                + "'"
                + NearestName.hint(type, known)
                + " (expected: one of 'igw plugins')");
        code = BAD_ARGUMENTS;
      } else {
        page(plugin, out);
      }
    }
    return code;
  }

  private static void list(List<PluginDescription> all, PrintStream out) {
    List<PluginDescription> here = all.stream().filter(PluginDescription::present).toList();
    List<PluginDescription> absent = all.stream().filter(plugin -> !plugin.present()).toList();
    table(LIST, here, LISTED, PluginPages::parameters, out);
    if (!absent.isEmpty()) {
      out.println();
      out.println("Types of the reference endpoint picker that this build lacks:");
      table(LIST, absent, LISTED, PluginPages::parameters, out);
    }
    out.println();
    out.println("igw plugins TYPE shows what each parameter of one may be.");
  }

  /** Lines of parameters with their defaults, none of which is wider than a terminal. */
  private static List<String> parameters(PluginDescription plugin) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (Parameter parameter : plugin.parameters()) {
      String initial = parameter.initial();
      String text = parameter.name() + "=" + (initial.isEmpty() ? "\"\"" : initial);
      if (line.length() > 0 && INDENT.length() + line.length() + text.length() + 3 > COLUMNS) {
        lines.add(INDENT + line.append(','));
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : ", ").append(text);
    }
    if (line.length() > 0) {
      lines.add(INDENT + line);
    }
    return lines;
  }

  private static void page(PluginDescription plugin, PrintStream out) {
    out.println(plugin.type() + (plugin.present() ? "" : " (not in this build)"));
    out.println("  " + plugin.summary());
    if (!plugin.present()) {
      out.println("  " + plugin.absence());
    }
    out.println();
    out.println("  stability  " + plugin.stability());
    out.println("  used as    " + String.join(", ", plugin.roles()));
    if (plugin.present()) {
      out.println("  found in   " + plugin.place());
    } else if (plugin.parameters().isEmpty()) {
      return;
    }
    for (String data : plugin.reads()) {
      out.println("  reads      " + data);
    }
    out.println();
    if (plugin.parameters().isEmpty()) {
      out.println("  No parameters.");
    } else {
      table(
          List.of("  PARAMETER", "KIND", "DEFAULT", "EXPECTED"),
          plugin.parameters(),
          List.of(p -> "  " + p.name(), Parameter::kind, Parameter::initial, Parameter::range),
          out);
    }
    out.println();
  }

  private static <T> void table(
      List<String> heads, List<T> rows, List<Function<T, String>> columns, PrintStream out) {
    table(heads, rows, columns, row -> List.of(), out);
  }

  /** Columns as wide as their longest cell, two spaces apart; below each row its further lines. */
  private static <T> void table(
      List<String> heads,
      List<T> rows,
      List<Function<T, String>> columns,
      Function<T, List<String>> below,
      PrintStream out) {
    int[] widths = new int[heads.size()];
    for (int c = 0; c < widths.length; c++) {
      Function<T, String> column = columns.get(c);
      widths[c] =
          Math.max(
              heads.get(c).length(),
              rows.stream().mapToInt(row -> column.apply(row).length()).max().orElse(0));
    }
    line(heads, widths, out);
    for (T row : rows) {
      line(columns.stream().map(column -> column.apply(row)).toList(), widths, out);
      below.apply(row).forEach(out::println);
    }
  }

  private static void line(List<String> cells, int[] widths, PrintStream out) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String cell = cells.get(c);
      line.append(cell).append(" ".repeat(widths[c] - cell.length() + 2));
    }
    out.println(line.toString().stripTrailing());
  }
}

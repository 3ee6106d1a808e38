package io.igw.extproc.cli;

import io.igw.extproc.picker.GatewayProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The flags as given: on the command line, else in the environment, else their defaults. All
 * problems are collected.
 */
final class Settings {
  private static final Duration SHORTEST_REFRESH = Duration.ofMillis(50);

  private final Map<Flag<?>, Object> values = new HashMap<>();
  private final List<Flag<?>> given = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final String namespace;

  private Settings(String namespace) {
    this.namespace = namespace;
  }

  static Settings parse(List<String> args, Map<String, String> environment) {
    Settings settings = new Settings(environment.getOrDefault("NAMESPACE", "default"));
    ParseResult parsed =
        new CommandLine(spec())
            // A value that begins with @ is a value.
            .setExpandAtFiles(false)
            .parseArgs(args.toArray(new String[0]));
    for (Exception error : parsed.errors()) {
      settings.problems.add(Objects.toString(error.getMessage(), error.toString()));
    }
    for (String retired : Flags.RETIRED) {
      if (parsed.hasMatchedOption(retired)) {
        settings.problems.add(
            "flag \""
                + retired.substring(2)
                + "\" is deprecated and cannot be used; configure metrics via engineConfigs in"
                + " EndpointPickerConfig instead");
      }
    }
    for (Flag<?> flag : Flags.all()) {
      settings.read(flag, parsed, environment);
    }
    new SettingsCheck(settings, settings.problems).run();
    return settings;
  }

  private static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("igw epp");
    spec.parser().collectErrors(true).overwrittenOptionsAllowed(true);
    for (Flag<?> flag : Flags.all()) {
      OptionSpec.Builder option = OptionSpec.builder(flag.names().toArray(new String[0]));
      switch (flag.kind()) {
        case VALUE -> option.type(String.class).arity("1");
        case SWITCH -> option.type(String.class).arity("0..1").fallbackValue("true");
        case LIST -> option.type(List.class).auxiliaryTypes(String.class).arity("1");
      }
      spec.addOption(option.build());
    }
    for (String retired : Flags.RETIRED) {
      spec.addOption(OptionSpec.builder(retired).type(String.class).arity("1").build());
    }
    return spec;
  }

  private void read(Flag<?> flag, ParseResult parsed, Map<String, String> environment) {
    List<String> texts = List.of();
    String where = flag.name();
    if (parsed.hasMatchedOption(flag.name())) {
      Object value = parsed.matchedOptionValue(flag.name(), (Object) null);
      if (value instanceof List<?> list) {
        texts = list.stream().map(String::valueOf).toList();
      } else {
        texts = List.of(String.valueOf(value));
      }
      given.add(flag);
    } else if (environment.containsKey(flag.variable())) {
      texts = List.of(environment.getOrDefault(flag.variable(), ""));
      where = flag.variable();
      given.add(flag);
    }
    for (String text : texts) {
      put(flag, where, text);
    }
  }

  private <T> void put(Flag<T> flag, String where, String text) {
    try {
      if (flag.kind() == Flag.Kind.LIST) {
        List<Object> all = new ArrayList<>();
        if (values.get(flag) instanceof List<?> before) {
          all.addAll(before);
        }
        for (String part : text.split(",", -1)) {
          all.addAll((List<?>) flag.parser().parse(part.trim()));
        }
        values.put(flag, List.copyOf(all));
      } else {
        values.put(flag, flag.parser().parse(text));
      }
    } catch (Values.BadValue e) {
      problems.add(where + ": " + text + " (expected: " + e.getMessage() + ")");
    }
  }

  /** Whether the flag was given, on the command line or in the environment. */
  boolean given(Flag<?> flag) {
    return given.contains(flag);
  }

  /** The value, null if none was given and there is no default. */
  @SuppressWarnings("unchecked")
  <T> @Nullable T find(Flag<T> flag) {
    Object value = values.get(flag);
    return value != null ? (T) value : flag.initial();
  }

  /** The value of a flag that has a default. */
  <T> T get(Flag<T> flag) {
    return Objects.requireNonNull(find(flag), flag.name());
  }

  /** Everything that is wrong, empty if nothing is. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** How often endpoints are asked, as often as is allowed. */
  Duration refreshInterval() {
    Duration wanted = get(Flags.REFRESH_METRICS);
    return wanted.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : wanted;
  }

  /** One line per flag that was given and does not do here what it says, or not all of it. */
  List<String> idle() {
    List<String> lines = new ArrayList<>();
    for (Flag<?> flag : given) {
      if (flag.idle() != null) {
        lines.add(flag.name() + " has no effect: " + flag.idle());
      }
    }
    if (!get(Flags.METRICS_CERT_DIR).isEmpty() && get(Flags.METRICS_CLIENT_CA).isEmpty()) {
      lines.add(
          Flags.METRICS_CERT_DIR.name()
              + ": encrypts, but anyone may read (expected: --metrics-client-ca-file too)");
    }
    lines.addAll(gateway().notes());
    if (!refreshInterval().equals(get(Flags.REFRESH_METRICS))) {
      lines.add(Flags.REFRESH_METRICS.name() + ": 50ms is used (expected: >= 50ms)");
    }
    return lines;
  }

  /** The pool's namespace: the flag's, else that of the environment. */
  String poolNamespace() {
    String given = get(Flags.POOL_NAMESPACE);
    return given.isEmpty() ? namespace : given;
  }

  /** What is known of the gateway. */
  GatewayProfile gateway() {
    String name = get(Flags.GATEWAY_PROFILE);
    return Objects.requireNonNull(GatewayProfile.named(name), name)
        .withNamespaces(get(Flags.PICK_NAMESPACE), get(Flags.SUBSET_NAMESPACE));
  }

  /** Verbosity, from {@code --zap-log-level} if that is given. */
  int verbosity() {
    return switch (get(Flags.ZAP_LOG_LEVEL)) {
      case "" -> get(Flags.VERBOSITY);
      case "error", "panic" -> 0;
      case "info" -> 2;
      case "debug" -> 4;
      default -> Integer.parseInt(get(Flags.ZAP_LOG_LEVEL));
    };
  }
}

package io.igw.plugins.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.igw.spi.Parameters;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A checked expression over a response: variables {@code usage} (a map of doubles, without what the
 * server did not tell), {@code model} and {@code endpoint} (texts). Immutable; any thread.
 */
final class Expression {
  /** Longest text that is compiled. */
  private static final int MOST_CHARACTERS = 4096;

  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addVar("usage", MapType.create(SimpleType.STRING, SimpleType.DYN))
          .addVar("model", SimpleType.STRING)
          .addVar("endpoint", SimpleType.STRING)
          .build();
  private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder().build();

  /** What an expression may yield. */
  enum Kind {
    /** A number. */
    NUMBER("a number", SimpleType.DOUBLE, SimpleType.INT, SimpleType.UINT),
    /** True or false. */
    BOOLEAN("true or false", SimpleType.BOOL);

    private final String name;
    private final Set<CelType> types;

    Kind(String name, CelType... types) {
      this.name = name;
      this.types = Set.of(types);
    }
  }

  private final CelRuntime.Program program;

  private Expression(CelRuntime.Program program) {
    this.program = program;
  }

  /** The expression under a key; null, with the problem told, if there is none that makes sense. */
  static @Nullable Expression read(Parameters parameters, String key, Kind kind) {
    String text = parameters.text(key);
    if (text == null || text.isBlank()) {
      return null;
    }
    if (text.length() > MOST_CHARACTERS) {
      parameters.reject(key, "at most " + MOST_CHARACTERS + " characters");
      return null;
    }
    try {
      CelAbstractSyntaxTree checked = COMPILER.compile(text).getAst();
      CelType type = checked.getResultType();
      if (!kind.types.contains(type) && !type.equals(SimpleType.DYN)) {
        parameters.reject(key, "an expression that yields " + kind.name + ", not " + type.name());
        return null;
      }
      return new Expression(RUNTIME.createProgram(checked));
    } catch (CelValidationException | CelEvaluationException e) {
      parameters.reject(
          key, "an expression of CEL: " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
      return null;
    }
  }

  /**
   * The value, whatever its type.
   *
   * @throws CelEvaluationException where the variables do not have what the expression needs
   */
  Object evaluate(Map<String, ?> variables) throws CelEvaluationException {
    return program.eval(variables);
  }
}
